import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { isFault } from '../../../shared/faults.ts';
import type { SignUpRole, SignUpRoles } from '../../../shared/rest/auth.ts';
import { isAway, request } from '../lib/api.ts';
import { useTexts } from '../lib/language.ts';
import { useValue } from '../lib/observable.ts';
import { session } from '../lib/session.ts';
import { ButtonLink } from '../ui/button.tsx';
import { Failure, Loading } from '../ui/feedback.tsx';
import { Choices, Form, TextField } from '../ui/form.tsx';
import styles from './sign-in.module.css';
import { Beside, Title, useGoOn } from './sign-in.tsx';
import { scan } from './student/scan.ts';

type Answer = readonly SignUpRole[] | { readonly error: unknown } | undefined;
const isRoles = (answer: Answer): answer is readonly SignUpRole[] => Array.isArray(answer);

/** How often a server that is away is asked again, in ms. */
const AGAIN_MS = 5_000;

/** Who may make an account here; undefined while that is asked for the first time. `again` asks anew, and shows no less meanwhile. */
const useRoles = () => {
  const [answer, setAnswer] = useState<Answer>();
  const [asked, setAsked] = useState(0);
  const again = () => setAsked((times) => times + 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked once more each time
  useEffect(() => {
    const left = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    request<SignUpRoles>('GET', '/api/v1/auth/sign-up', { signal: left.signal }).then(
      ({ roles }) => setAnswer(roles),
      (error: unknown) => {
        if (left.signal.aborted) return;
        setAnswer((before) => (isRoles(before) ? before : { error }));
        if (isAway(error)) timer = setTimeout(again, AGAIN_MS);
      },
    );
    return () => {
      left.abort();
      clearTimeout(timer);
    };
  }, [asked]);
  return { answer, again };
};

/** Around each of these pages: what else there is for whoever has no account, or has one. */
const Page = ({ title, more, children }: { title: string; more?: string; children: ReactNode }) => {
  const { auth } = useTexts();
  return (
    <Beside title={title} more={more}>
      <Title text={title} />
      {children}
      <p className={styles.other}>
        {auth.haveAccount} <Link href="/sign-in">{auth.signIn}</Link>
      </p>
    </Beside>
  );
};

/** To those who have scanned a code but cannot make an account: how they are marked all the same. */
const ScanNote = () => {
  const { auth } = useTexts();
  if (useValue(scan).status === 'none') return null;
  return <p className={styles.note}>{auth.closedScan}</p>;
};

/** Where nobody makes their own account: who makes it, and where an invitation is used. */
const Closed = () => {
  const { auth } = useTexts();
  return (
    <Page title={auth.closed}>
      <p>{auth.closedNote}</p>
      <ScanNote />
      <ButtonLink variant="primary" href="/claim">
        {auth.invitation}
      </ButtonLink>
    </Page>
  );
};

/** Where only some do: for whom this is, and what the others do. */
const Only = ({ role }: { role: SignUpRole }) => {
  const { auth } = useTexts();
  return (
    <>
      <p className={styles.note}>{auth.only[role]}</p>
      {role !== 'student' && <ScanNote />}
    </>
  );
};

const Open = ({
  roles,
  onClosed,
}: {
  roles: readonly [SignUpRole, ...SignUpRole[]];
  onClosed: () => void;
}) => {
  const { auth, role, student } = useTexts();
  const goOn = useGoOn();
  const [isTaken, setTaken] = useState(false);
  const isKept = useValue(scan).status === 'bound';
  return (
    <Page title={auth.signUp} {...(isKept && roles.includes('student') && { more: student.scanKeptNew })}>
      {roles.length === 1 && <Only role={roles[0]} />}
      <Form
        submit={auth.signUp}
        onSubmit={async ({ name = '', email = '', password = '', role: chosen }) => {
          setTaken(false);
          try {
            const mine = roles.find((one) => one === chosen) ?? roles[0];
            await session.signUp({ name, email, password, role: mine });
          } catch (error) {
            // The same for every address that is taken: it does not tell by whom, nor whether they can sign in.
            setTaken(isFault(error, 'EMAIL_EXISTS'));
            if (isFault(error, 'SIGN_UP_CLOSED')) onClosed();
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
        {roles.length > 1 && (
          <Choices
            legend={auth.iAm}
            name="role"
            value="student"
            options={[
              ['student', role.student],
              ['teacher', role.teacher],
            ]}
          />
        )}
      </Form>
      {isTaken && (
        <p className={styles.note} role="status">
          {auth.takenNote}
        </p>
      )}
      {roles.length === 1 && (
        <ButtonLink variant="quiet" href="/claim">
          {auth.invitation}
        </ButtonLink>
      )}
    </Page>
  );
};

/** Making an account for oneself, as far as the school lets people: that is asked before anything is filled in. */
export const SignUp = () => {
  const { auth } = useTexts();
  const { answer, again } = useRoles();
  if (isRoles(answer)) {
    const [first, ...others] = answer;
    return first === undefined ? <Closed /> : <Open roles={[first, ...others]} onClosed={again} />;
  }
  return (
    <Page title={auth.signUp}>
      {answer === undefined ? <Loading /> : <Failure error={answer.error} onRetry={again} />}
    </Page>
  );
};
