import { type ReactNode, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Fault } from '../../../shared/faults.ts';
import {
  chooseLanguage,
  LANGUAGES,
  type Language,
  useFormat,
  useLanguage,
  useTexts,
} from '../lib/language.ts';
import { useValue } from '../lib/observable.ts';
import { session } from '../lib/session.ts';
import { Button } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Choices, Form, TextField } from '../ui/form.tsx';
import styles from './sign-in.module.css';
import { scan } from './student/scan.ts';

const PICTURE = 'hhhlhh.hhhhhhhh.hhhhlhhh';

/** The languages, each by its own name: whoever cannot read the page must still find theirs. */
export const Languages = () => {
  const { account } = useTexts();
  const language = useLanguage();
  return (
    <fieldset className={styles.languages}>
      <legend className="unseen">{account.language}</legend>
      {(Object.keys(LANGUAGES) as Language[]).map((one) => (
        <Button
          key={one}
          lang={one}
          variant="quiet"
          aria-pressed={one === language}
          onClick={() => void chooseLanguage(one)}
        >
          {LANGUAGES[one]}
        </Button>
      ))}
    </fieldset>
  );
};

/** What is said beside the form: to those who have scanned a code, that it is kept for them while they sign in. */
const useWords = (): { title: string; note: string } => {
  const { auth, student } = useTexts();
  const format = useFormat();
  const scanned = useValue(scan);
  switch (scanned.status) {
    case 'bound':
      return {
        title: student.scanKept,
        note: student.scanKeptNote(format.time(scanned.scannedAt), format.time(scanned.expiresAt)),
      };
    case 'binding':
      return { title: student.scanBinding, note: student.scanBindingNote };
    case 'refused':
      return { title: student.scanRefused, note: student.scanRefusedNote };
    default:
      return { title: auth.welcome, note: auth.welcomeNote };
  }
};

/** The words beside a form of somebody who is not signed in. */
export const Beside = ({ title, children }: { title: string; children: ReactNode }) => {
  const words = useWords();
  return (
    <div className={styles.page}>
      <div className={styles.words}>
        <h1>{words.title}</h1>
        <p>{words.note}</p>
        <div className={styles.places} aria-hidden="true">
          {[...PICTURE].map((place, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a picture that never changes
            <span key={i} className={place === 'h' ? styles.here : place === 'l' ? styles.late : undefined} />
          ))}
        </div>
      </div>
      <div>
        <Card>
          <h2>{title}</h2>
          {children}
        </Card>
        <Languages />
      </div>
    </div>
  );
};

/** Goes on to where somebody wanted to go before they had to sign in. */
const useGoOn = () => {
  const [path, go] = useLocation();
  return () => {
    if (path !== '/sign-in' && path !== '/sign-up') return;
    go(scan.get().status === 'none' ? '/' : '/check-in', { replace: true });
  };
};

export const SignIn = () => {
  const { auth } = useTexts();
  const now = useValue(session.state);
  const goOn = useGoOn();
  const why = now.status === 'out' ? now.why : undefined;
  return (
    <Beside title={auth.signIn}>
      <Title text={auth.signIn} />
      {why && (
        <p className={styles.note} role="status">
          {why === 'left' ? auth.leftNote : auth.elsewhereNote}
        </p>
      )}
      <Form
        submit={auth.signIn}
        onSubmit={async ({ email = '', password = '' }) => {
          await session.logIn({ email, password });
          goOn();
        }}
      >
        <TextField label={auth.email} name="email" type="email" autoComplete="username" inputMode="email" />
        <TextField label={auth.password} name="password" type="password" autoComplete="current-password" />
      </Form>
      <p className={styles.other}>{auth.forgotten}</p>
      <p className={styles.other}>
        {auth.noAccount} <Link href="/sign-up">{auth.signUp}</Link>
      </p>
    </Beside>
  );
};

export const SignUp = () => {
  const { auth, role } = useTexts();
  const goOn = useGoOn();
  const [isTaken, setTaken] = useState(false);
  return (
    <Beside title={auth.signUp}>
      <Title text={auth.signUp} />
      <Form
        submit={auth.signUp}
        onSubmit={async ({ name = '', email = '', password = '', role: chosen }) => {
          setTaken(false);
          try {
            await session.signUp({
              name,
              email,
              password,
              role: chosen === 'teacher' ? 'teacher' : 'student',
            });
          } catch (error) {
            // The same for every address that is taken: it does not tell by whom, nor whether they can sign in.
            setTaken(error instanceof Fault && error.code === 'EMAIL_EXISTS');
            throw error;
          }
          goOn();
        }}
      >
        <TextField label={auth.name} name="name" autoComplete="name" />
        <TextField label={auth.email} name="email" type="email" autoComplete="username" inputMode="email" />
        <TextField
          label={auth.password}
          name="password"
          type="password"
          autoComplete="new-password"
          hint={auth.passwordHint}
        />
        <Choices
          legend={auth.iAm}
          name="role"
          value="student"
          options={[
            ['student', role.student],
            ['teacher', role.teacher],
          ]}
        />
      </Form>
      {isTaken && (
        <p className={styles.note} role="status">
          {auth.takenNote}
        </p>
      )}
      <p className={styles.other}>
        {auth.haveAccount} <Link href="/sign-in">{auth.signIn}</Link>
      </p>
    </Beside>
  );
};

/** Names the window; the page has its heading already. */
export const Title = ({ text }: { text: string }) => {
  const { common } = useTexts();
  document.title = `${text} · ${common.product}`;
  return null;
};
