import { Camera, Fingerprint, Hash, type LucideIcon, QrCode } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { Session } from '../../../../shared/protocol/index.ts';
import { useTexts } from '../../lib/language.ts';
import { Button } from '../../ui/button.tsx';
import { Form, SelectField, TextField } from '../../ui/form.tsx';
import styles from './check-in.module.css';
import type { Proof } from './checking.ts';
import { Digits } from './digits.tsx';
import { OFFERED, type Offered } from './offered.ts';

export type Running = { readonly session: Session; readonly className: string };

/** What each way needs of the page around it. */
type WayProps = {
  readonly running: readonly Running[];
  readonly busy: boolean;
  readonly shut: boolean;
  readonly wrong: boolean;
  readonly send: (proof: Proof) => Promise<void>;
};

/** Which of several running classes is meant, where the proof does not say it. */
const useWhich = (running: readonly Running[], taken: Offered) => {
  const { student } = useTexts();
  const [chosen, setChosen] = useState<string>();
  const fitting = running.filter(({ session }) => session.methods.includes(taken));
  const which = fitting.find(({ session }) => session.id === chosen) ?? fitting[0];
  const field: ReactNode = fitting.length > 1 && (
    <SelectField
      label={student.whichClass}
      name="session"
      value={which?.session.id}
      onChange={({ target }) => setChosen(target.value)}
    >
      {fitting.map(({ session, className }) => (
        <option key={session.id} value={session.id}>
          {className}
        </option>
      ))}
    </SelectField>
  );
  return { field, where: which === undefined ? {} : { sessionId: which.session.id } };
};

const ByCode = ({ busy, shut, wrong, send }: WayProps) => {
  const [value, setValue] = useState('');
  return (
    <Digits
      value={value}
      onChange={setValue}
      onFull={(code) => void send({ method: 'code', proof: { code } }).finally(() => setValue(''))}
      disabled={busy || shut}
      invalid={wrong && value === ''}
    />
  );
};

const ByText = ({ running, shut, send }: WayProps) => {
  const { student, nav } = useTexts();
  const { field, where } = useWhich(running, 'qr');
  return (
    <Form
      submit={nav.checkIn}
      onSubmit={async ({ text = '' }) => {
        if (!shut) await send({ method: 'qr', proof: { text }, ...where });
      }}
    >
      <p className={styles.how}>
        <Camera size={22} aria-hidden /> {student.qrHow}
      </p>
      {field}
      <TextField
        label={student.qrText}
        name="text"
        hint={student.qrTextHint}
        maxLength={16}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        dir="ltr"
      />
    </Form>
  );
};

export const ByPasskey = ({ running, busy, shut, send }: WayProps) => {
  const { student } = useTexts();
  const { field, where } = useWhich(running, 'passkey');
  return (
    <div className={styles.passkey}>
      <p>{student.passkeyNote}</p>
      {field}
      <Button
        variant="primary"
        size="large"
        icon={Fingerprint}
        busy={busy}
        disabled={shut}
        onClick={() => void send({ method: 'passkey', ...where })}
      >
        {student.usePasskey}
      </Button>
      <Link href="/account">{student.addPasskeyFirst}</Link>
    </div>
  );
};

const BY: Record<Offered, (props: WayProps) => ReactNode> = { code: ByCode, qr: ByText, passkey: ByPasskey };

const ICONS: Record<Offered, LucideIcon> = { code: Hash, qr: QrCode, passkey: Fingerprint };

/** The ways in, the likeliest first: what the running classes take. `only`: those that are still needed. */
export const Ways = ({ only, ...props }: WayProps & { only?: readonly string[] | undefined }) => {
  const { student } = useTexts();
  const offered = OFFERED.filter((one) => only?.includes(one) ?? true);
  const taken = offered.find((one) => props.running.some(({ session }) => session.methods.includes(one)));
  const [chosen, setChosen] = useState<Offered>();
  const way = chosen ?? taken ?? offered[0];
  if (way === undefined) return null;
  const By = BY[way];
  return (
    <div className={styles.ways}>
      {offered.length > 1 && (
        <fieldset className={styles.tabs}>
          <legend className="unseen">{student.how}</legend>
          {offered.map((one) => {
            const Icon = ICONS[one];
            return (
              <label key={one}>
                <input
                  type="radio"
                  name="way"
                  className="unseen"
                  checked={one === way}
                  onChange={() => setChosen(one)}
                />
                <Icon size={22} aria-hidden />
                {student.ways[one]}
              </label>
            );
          })}
        </fieldset>
      )}
      <By key={way} {...props} />
    </div>
  );
};
