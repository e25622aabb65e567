import { Link2Off } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { Fault } from '../../../shared/faults.ts';
import type { Invited } from '../../../shared/rest/invitations.ts';
import { request } from '../lib/api.ts';
import { fragmentText, useFragmentText } from '../lib/fragment.ts';
import { useTexts } from '../lib/language.ts';
import { useValue } from '../lib/observable.ts';
import { session } from '../lib/session.ts';
import { Card } from '../ui/card.tsx';
import { Failure, Loading, State } from '../ui/feedback.tsx';
import { Form, TextField } from '../ui/form.tsx';
import { Head } from '../ui/frame.tsx';
import styles from './sign-in.module.css';
import { firstPage, Languages, Title } from './sign-in.tsx';

/** A link as somebody pastes it, whole or what is behind its `#`. */
const tokenIn = (pasted: string): string =>
  pasted.includes('#') ? fragmentText(pasted.slice(pasted.indexOf('#'))) : pasted;

/** Asks for the link itself, where there is none or it is not good. */
const Paste = ({ token }: { token: string }) => {
  const { auth, claim } = useTexts();
  const [title, note] =
    token === '' ? [claim.noneTitle, claim.noneNote] : [claim.brokenTitle, claim.brokenNote];
  return (
    <>
      <Title text={title} />
      <State page icon={Link2Off} title={title} note={note} />
      <Card narrow>
        <Form
          submit={claim.open}
          onSubmit={async ({ link = '' }) => {
            const next = tokenIn(link);
            if (next === token) throw new Fault('INVITATION_INVALID');
            location.hash = encodeURIComponent(next);
          }}
        >
          <TextField label={claim.link} name="link" autoComplete="off" dir="ltr" />
        </Form>
        <p className={styles.other}>
          {claim.usedIt} <Link href="/sign-in">{auth.signIn}</Link>
        </p>
      </Card>
    </>
  );
};

/** Whose the link is, before anything is done with it: two of them look alike. */
const For = ({ name, children }: { name: string; children: ReactNode }) => {
  const { claim } = useTexts();
  const now = useValue(session.state);
  return (
    <Card narrow>
      <div>
        <h2 className={styles.whose}>{claim.forWhom(name)}</h2>
        <p className={styles.notYou}>{claim.notYou}</p>
      </div>
      {now.status === 'in' && (
        <p className={styles.note} role="status">
          {claim.signedInAs(now.user.name)}
        </p>
      )}
      {children}
    </Card>
  );
};

const NewPassword = ({ label }: { label: string }) => {
  const { auth } = useTexts();
  return (
    <TextField
      label={label}
      name="password"
      type="password"
      autoComplete="new-password"
      hint={auth.passwordHint}
    />
  );
};

const Good = ({ token, invited: { name, purpose } }: { token: string; invited: Invited }) => {
  const { account, auth, claim } = useTexts();
  const [, go] = useLocation();
  const goIn = () => go(firstPage(), { replace: true });
  if (purpose === 'password')
    return (
      <>
        <Head title={claim.passwordTitle} note={claim.passwordNote} />
        <For name={name}>
          <Form
            submit={claim.setPassword}
            onSubmit={async ({ password = '' }) => {
              await session.setPassword({ invitation: token, password });
              goIn();
            }}
          >
            <NewPassword label={account.newPassword} />
          </Form>
        </For>
      </>
    );
  return (
    <>
      <Head title={claim.claimTitle} note={claim.claimNote} />
      <For name={name}>
        <Form
          submit={claim.claim}
          onSubmit={async ({ email = '', password = '' }) => {
            await session.claim({ invitation: token, email, password });
            goIn();
          }}
        >
          <TextField label={auth.email} name="email" type="email" autoComplete="username" inputMode="email" />
          <NewPassword label={auth.password} />
        </Form>
      </For>
    </>
  );
};

const isNoLink = (error: unknown) =>
  error instanceof Fault && ['INVITATION_INVALID', 'INVALID_REQUEST'].includes(error.code);

const OfLink = ({ token }: { token: string }) => {
  const [answer, setAnswer] = useState<Invited | { error: unknown }>();
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is asked again when somebody says so
  useEffect(() => {
    if (token === '') return;
    const left = new AbortController();
    setAnswer(undefined);
    request<Invited>('POST', '/api/v1/auth/invitation', { body: { invitation: token }, signal: left.signal })
      .then(setAnswer, (error: unknown) => setAnswer({ error }))
      .catch(() => {});
    return () => left.abort();
  }, [token, tries]);
  if (token === '') return <Paste token="" />;
  if (answer === undefined) return <Loading />;
  if (!('error' in answer)) return <Good token={token} invited={answer} />;
  if (isNoLink(answer.error)) return <Paste token={token} />;
  return <Failure error={answer.error} onRetry={() => setTries(tries + 1)} />;
};

/**
 * What a link from the school opens: a new account, or a new password. Its secret is in the address's fragment, which no
 * server sees. Another link in the same tab begins anew, with nothing of the one before.
 */
const Claim = () => {
  const token = useFragmentText();
  return (
    <>
      <OfLink key={token} token={token} />
      <Languages />
    </>
  );
};
export default Claim;
