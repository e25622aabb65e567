import type { ImportCause } from '../../../../../shared/rest/imports.ts';

/** `what` and `more` are what the code is about, in the order in which its fields are named; `more` of a field is a sentence. */
export type Reasons = Record<ImportCause['code'], (what: string, more: string) => string>;

/** Why a row of a file was left out. */
export const reasons: Reasons = {
  ROW_TOO_LONG: () => 'The line is too long',
  ROW_NOT_UTF8: () => 'The file is not in UTF-8. Save it as “CSV UTF-8” and send it again',
  ROW_QUOTES: () => 'A quotation mark is not closed, or stands where none may be',
  ROW_COLUMNS: (columns, expected) => `Columns here: ${columns}, in the header: ${expected}`,
  FIELD_MISSING: (field) => `${field} is missing`,
  FIELD_INVALID: (field, wrong) => `${field}: ${wrong}`,
  CODE_REPEATED: (value, line) => `The code ${value} stands in line ${line} already`,
  EMAIL_REPEATED: (line) => `The e-mail address stands in line ${line} already`,
  CODE_EXISTS: () => 'This code is taken already',
  EMAIL_EXISTS: () => 'Somebody else has this e-mail address',
  EMAIL_OF_ACCOUNT: () => 'Somebody with a log-in signs in with their e-mail address; it is not changed here',
  SECTION_UNKNOWN: (value) => `There is no section ${value}`,
  SECTION_AMBIGUOUS: (value) => `There are several sections ${value}; add columns for dep and batch`,
  CLASS_UNKNOWN: (value) => `No class has the code ${value}`,
  STUDENT_UNKNOWN: (value) => `No student has the code ${value}`,
  BATCH_GONE: () => 'Its department and batch have been deleted meanwhile',
};
