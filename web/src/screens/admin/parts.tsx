import { Copy, Search } from 'lucide-react';
import { type ComponentProps, type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useTexts } from '../../lib/language.ts';
import { isOnlyHere } from '../../lib/own-address.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import formStyles from '../../ui/form.module.css';
import { Form } from '../../ui/form.tsx';
import styles from './admin.module.css';

/** Asks before something is done that is hard to undo; what went wrong is said where it was asked. */
export const Confirm = ({
  title,
  note,
  action,
  danger = true,
  onConfirm,
  onClose,
  children,
}: {
  title: string;
  note: string;
  action: string;
  danger?: boolean;
  onConfirm: (values: Record<string, string>) => Promise<void>;
  onClose: () => void;
  children?: ReactNode;
}) => {
  const { common } = useTexts();
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        submit={action}
        danger={danger}
        extra={<Button onClick={onClose}>{common.cancel}</Button>}
        onSubmit={async (values) => {
          await onConfirm(values);
          onClose();
        }}
      >
        <p>{note}</p>
        {children}
      </Form>
    </Dialog>
  );
};

/** How long a button that comes into another's place waits, in ms: longer than any system's double click. */
const ARMED_MS = 800;

/** A button that comes into the place of another: the second half of a double click is not meant for it. */
export const LateButton = ({ disabled, ...rest }: ComponentProps<typeof Button>) => {
  const [armed, setArmed] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setArmed(true), ARMED_MS);
    return () => clearTimeout(timer);
  }, []);
  return <Button {...rest} disabled={disabled === true || !armed} />;
};

/** A line to be copied. Where the browser gives no clipboard it is selected at least. */
export const CopyLine = ({ label, value }: { label: string; value: string }) => {
  const { admin, common } = useTexts();
  const id = useId();
  const input = useRef<HTMLTextAreaElement>(null);
  const [said, setSaid] = useState<string>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setSaid(common.copied);
    } catch {
      // Over plain http there is no clipboard: it is marked, ready for the keyboard or a long press.
      input.current?.focus();
      input.current?.select();
      setSaid(admin.copyFailed);
    }
  };
  return (
    <div className={formStyles.field}>
      <label className={formStyles.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.copy}>
        <textarea
          ref={input}
          id={id}
          rows={3}
          className={`${formStyles.input} ${styles.secret}`}
          value={value}
          readOnly
          dir="ltr"
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button icon={Copy} variant="primary" onClick={() => void copy()}>
          {common.copy}
        </Button>
      </div>
      {/* Here rather than in passing: this stands in a dialog, which would cover it. */}
      <p className={styles.soft} role="status">
        {said}
      </p>
    </div>
  );
};

/** Says that a link made here opens on this machine only. */
export const LinkOnlyHere = () => {
  const { admin } = useTexts();
  return isOnlyHere(location) ? (
    <p className={styles.warning}>{admin.people.onlyHere(location.host)}</p>
  ) : null;
};

/** Something that is shown this once, with a plain word that it is. */
export const ShownOnce = ({
  title,
  label,
  value,
  note,
  onClose,
  children,
}: {
  title: string;
  label: string;
  value: string;
  note?: string | undefined;
  onClose: () => void;
  children?: ReactNode;
}) => {
  const { admin } = useTexts();
  return (
    <Dialog title={title} onClose={onClose}>
      <p className={styles.warning}>{admin.shownOnce}</p>
      <CopyLine label={label} value={value} />
      {note && <p className={styles.soft}>{note}</p>}
      {children}
      <div className={formStyles.actions}>
        <Button onClick={onClose}>{admin.done}</Button>
      </div>
    </Dialog>
  );
};

/** A search over what stands below it. */
export const SearchBox = ({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
}) => (
  <div className={styles.search}>
    <Search size={18} aria-hidden />
    <input
      type="search"
      className={formStyles.input}
      aria-label={label}
      placeholder={label}
      // As much as the server looks for.
      maxLength={100}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  </div>
);

/** What stands beside or above a list to choose from it. */
export const Tools = ({ children }: { children: ReactNode }) => (
  <div className={styles.tools}>{children}</div>
);

/** What can be done with one line of a table. */
export const RowActions = ({ children }: { children: ReactNode }) => (
  <div className={styles.rowActions}>{children}</div>
);

/** A sign of where something stands; the word says it, the colour helps. */
export const Chip = ({
  tone,
  children,
}: {
  tone: 'good' | 'off' | 'warn' | 'plain';
  children: ReactNode;
}) => <span className={`${styles.chip} ${styles[tone]}`}>{children}</span>;

/** An e-mail address; where it has no room in one line, it goes on behind its @. */
export const Address = ({ of }: { of: string | null | undefined }) => {
  const [name, host] = of?.split(/(?<=@)/) ?? [];
  return (
    <span className={styles.address}>
      {name || '–'}
      {host && <wbr />}
      {host}
    </span>
  );
};

export const Facts = ({ of }: { of: readonly (readonly [string, ReactNode])[] }) => (
  <dl className={styles.facts}>
    {of.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
);
