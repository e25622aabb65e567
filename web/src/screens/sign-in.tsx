import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
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
import { Button, ButtonLink } from '../ui/button.tsx';
import { Card } from '../ui/card.tsx';
import { Form, TextField } from '../ui/form.tsx';
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

/** The words beside a form of somebody who is not signed in; `more` is added to those about a scan that is kept. */
export const Beside = ({
  title,
  more,
  children,
}: {
  title: string;
  more?: string | undefined;
  children: ReactNode;
}) => {
  const words = useWords();
  return (
    <div className={styles.page}>
      <div className={styles.words}>
        <h1>{words.title}</h1>
        <p>
          {words.note} {more}
        </p>
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

/** The first page of whoever has just come in: students count their scan there, where one is kept for them. */
export const firstPage = (): string => {
  const now = session.state.get();
  const isOther = now.status === 'in' && now.user.role !== 'student';
  return scan.get().status === 'none' || isOther ? '/' : '/check-in';
};

/** Goes on to where somebody wanted to go before they had to sign in. */
export const useGoOn = () => {
  const [path, go] = useLocation();
  return () => {
    if (path !== '/sign-in' && path !== '/sign-up') return;
    go(firstPage(), { replace: true });
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
      {/* Whether they may make one is not known here; that page asks, and says so. */}
      <ButtonLink variant="quiet" href="/sign-up">
        {auth.noAccount}
      </ButtonLink>
    </Beside>
  );
};

/** Names the window; the page has its heading already. */
export const Title = ({ text }: { text: string }) => {
  const { common } = useTexts();
  document.title = `${text} · ${common.product}`;
  return null;
};
