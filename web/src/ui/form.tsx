import { CircleAlert } from 'lucide-react';
import {
  createContext,
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  use,
  useId,
  useRef,
  useState,
} from 'react';
import { Fault } from '../../../shared/faults.ts';
import { fieldError } from '../lib/field-errors.ts';
import { textsNow, useTexts } from '../lib/language.ts';
import { Button } from './button.tsx';
import styles from './form.module.css';

/** What is wrong with each field, by its name. */
const Wrong = createContext<ReadonlyMap<string, string>>(new Map());

/** A fault in the words of the language in use; the server's own sentence where it says more than its code. */
export const sentenceOf = (error: unknown): string => {
  const { faults } = textsNow();
  if (!(error instanceof Fault)) return faults.INTERNAL;
  return faults[error.code] ?? error.message;
};

type Values = Record<string, string>;

/** What the browser finds wrong with a form's fields, by their names, in the language in use; it would say it in its own. */
const foundIn = (form: HTMLFormElement): ReadonlyMap<string, string> => {
  const { fields } = textsNow();
  const wrong = new Map<string, string>();
  for (const field of form.elements) {
    if (!(field instanceof HTMLInputElement || field instanceof HTMLSelectElement)) continue;
    // A field that sends nothing itself says for which one it stands.
    const { type, validity } = field;
    const name = field.name || (field.dataset.field ?? '');
    if (!field.willValidate || validity.valid || wrong.has(name)) continue;
    const { min = '', max = '' } = field instanceof HTMLInputElement ? field : {};
    if (validity.badInput) wrong.set(name, type === 'number' ? fields.number : fields.time);
    else if (validity.valueMissing) wrong.set(name, fields.needed);
    // Said by the field itself, in the language in use.
    else if (validity.customError) wrong.set(name, field.validationMessage);
    else if (validity.typeMismatch && type === 'email') wrong.set(name, fields.email);
    else if (validity.rangeUnderflow && type === 'number') wrong.set(name, fields.least(Number(min)));
    else if (validity.rangeOverflow && type === 'number') wrong.set(name, fields.most(Number(max)));
    else wrong.set(name, fields.wrong);
  }
  return wrong;
};

/**
 * A form that sends its fields' values, trimmed, when nothing is found wrong with them here. A Fault with details is told
 * at the fields that they name, any other above the buttons; the first wrong field gets the focus.
 */
export const Form = ({
  onSubmit,
  submit,
  children,
  extra,
  danger = false,
}: {
  onSubmit: (values: Values, form: HTMLFormElement) => Promise<void>;
  submit: string;
  children: ReactNode;
  /** Beside the button that sends. */
  extra?: ReactNode;
  /** What it does cannot be undone. */
  danger?: boolean;
}) => {
  const form = useRef<HTMLFormElement>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<ReadonlyMap<string, string>>(new Map());
  const [problem, setProblem] = useState<string>();

  const focusOn = (name: string | undefined) => {
    const fields = [...(form.current?.elements ?? [])] as HTMLInputElement[];
    const field = fields.find((one) => one.dataset.field === name) ?? fields.find((one) => one.name === name);
    if (name !== undefined) field?.focus();
  };
  const send = async () => {
    if (!form.current || busy) return;
    const fields = [...new FormData(form.current)];
    const values = Object.fromEntries(
      fields.map(([name, value]) => [
        name,
        typeof value === 'string' ? (/password/i.test(name) ? value : value.trim()) : '',
      ]),
    );
    const found = foundIn(form.current);
    setWrong(found);
    if (found.size > 0) {
      setProblem(sentenceOf(new Fault('INVALID_REQUEST')));
      focusOn([...found.keys()][0]);
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      await onSubmit(values, form.current);
    } catch (error) {
      const details = error instanceof Fault ? (error.details ?? []) : [];
      const named = details.filter(({ path }) => form.current?.elements.namedItem(path));
      setWrong(new Map(named.map(({ path, message }) => [path, fieldError(message)])));
      const others = details
        .filter((detail) => !named.includes(detail))
        .map(({ message }) => fieldError(message));
      setProblem([sentenceOf(error), ...others].join(' · '));
      focusOn(named[0]?.path);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Wrong value={wrong}>
      <form
        ref={form}
        className={styles.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {children}
        <div role="alert">{problem && <p className={styles.problem}>{problem}</p>}</div>
        <div className={styles.actions}>
          {extra}
          <Button type="submit" variant={danger ? 'danger' : 'primary'} busy={busy}>
            {submit}
          </Button>
        </div>
      </form>
    </Wrong>
  );
};

type Labelled = { label: string; name: string; hint?: string; optional?: boolean };

/** What a field of a form needs: its id, what is wrong with it, and what its input says of both. */
export const useField = ({ name, hint }: Pick<Labelled, 'name' | 'hint'>) => {
  const id = useId();
  const error = use(Wrong).get(name);
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ');
  return {
    id,
    error,
    props: {
      id,
      name,
      'aria-invalid': error ? (true as const) : undefined,
      'aria-describedby': described === '' ? undefined : described,
      className: styles.input,
    },
  };
};

/** A field's label, hint and error around its input. */
export const Around = ({
  id,
  label,
  hint,
  error,
  optional,
  children,
}: {
  id: string;
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  optional?: boolean | undefined;
  children: ReactNode;
}) => {
  const { common } = useTexts();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label} {optional && <span className={styles.optional}>({common.optional})</span>}
      </label>
      {children}
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className={styles.error} id={`${id}-error`}>
          <CircleAlert size={18} aria-hidden />
          {error}
        </p>
      )}
    </div>
  );
};

type TextFieldProps = Labelled & Omit<InputHTMLAttributes<HTMLInputElement>, 'name' | 'id' | 'className'>;

/** A line of text with its label. */
export const TextField = ({ label, hint, optional, ...input }: TextFieldProps) => {
  const { id, error, props } = useField({ name: input.name, ...(hint && { hint }) });
  return (
    <Around id={id} label={label} hint={hint} error={error} optional={optional}>
      <input required={!optional} {...input} {...props} />
    </Around>
  );
};

type SelectFieldProps = Labelled & Omit<SelectHTMLAttributes<HTMLSelectElement>, 'name' | 'id' | 'className'>;

/** A choice from a list. */
export const SelectField = ({ label, hint, optional, children, ...select }: SelectFieldProps) => {
  const { id, error, props } = useField({ name: select.name, ...(hint && { hint }) });
  return (
    <Around id={id} label={label} hint={hint} error={error} optional={optional}>
      <select {...select} {...props}>
        {children}
      </select>
    </Around>
  );
};

/** One of a few, all in sight. `onChoose` where a choice acts at once. */
export const Choices = <T extends string>({
  legend,
  name,
  options,
  value,
  onChoose,
}: {
  legend: string;
  name: string;
  options: readonly (readonly [T, ReactNode])[];
  value: T;
  onChoose?: (value: T) => void;
}) => (
  <fieldset className={styles.field}>
    <legend className={styles.label}>{legend}</legend>
    <div className={styles.choices}>
      {options.map(([option, text]) => (
        <label key={option} className={styles.choice}>
          <input
            type="radio"
            name={name}
            value={option}
            {...(onChoose
              ? { checked: option === value, onChange: () => onChoose(option) }
              : { defaultChecked: option === value })}
          />
          {text}
        </label>
      ))}
    </div>
  </fieldset>
);
