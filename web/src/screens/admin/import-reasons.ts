import type { ImportCause, ImportProblem } from '../../../../shared/rest/imports.ts';
import type { Texts } from '../../texts/en.ts';

type Reasons = Texts['admin']['imports']['reasons'];

/**
 * Why a row was left out, in the language in use; as the server says it where it has a cause that this app does not know.
 * `fieldError` says what is wrong with a field.
 */
export const reasonOf = (
  { reason, causes }: ImportProblem,
  reasons: Reasons,
  fieldError: (message: string) => string,
): string => {
  const say = ({ code, field, value, columns, line, expected, message }: ImportCause): string =>
    reasons[code](
      String(field ?? value ?? columns ?? line ?? ''),
      message === undefined ? String(line ?? expected ?? '') : fieldError(message),
    );
  return causes.length > 0 && causes.every(({ code }) => Object.hasOwn(reasons, code))
    ? causes.map(say).join(' · ')
    : reason;
};
