import { LogOut } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { chooseLanguage, LANGUAGES, type Language, useLanguage, useTexts } from '../lib/language.ts';
import { useWaiting } from '../lib/live-state.ts';
import { useMe } from '../lib/role.ts';
import { authorized, session } from '../lib/session.ts';
import { chooseTheme, THEMES, type Theme, themeNow } from '../lib/theme.ts';
import { Button } from '../ui/button.tsx';
import { Card, Cards } from '../ui/card.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Loading, toast } from '../ui/feedback.tsx';
import formStyles from '../ui/form.module.css';
import { Choices, Form, TextField } from '../ui/form.tsx';
import { Head } from '../ui/frame.tsx';

const Passkeys = lazy(() => import('./student/passkeys.tsx'));

/** Asks before somebody leaves whose marks are not sent yet, and says what becomes of them. */
const LeaveDialog = ({ name, onClose }: { name: string; onClose: () => void }) => {
  const { account, nav, common } = useTexts();
  const waiting = useWaiting();
  return (
    <Dialog title={nav.signOut} onClose={onClose}>
      <p role="status">{waiting > 0 ? account.leaveWaiting(waiting, name) : account.leaveSent}</p>
      <div className={formStyles.actions}>
        <Button onClick={onClose}>{common.cancel}</Button>
        <Button variant="primary" icon={LogOut} onClick={() => void session.logOut()}>
          {nav.signOut}
        </Button>
      </div>
    </Dialog>
  );
};

/** Who one is, in which language and look, with which password. */
const Account = () => {
  const { account, auth, nav, role } = useTexts();
  const waiting = useWaiting();
  const [isLeaving, setLeaving] = useState(false);
  const me = useMe();
  const language = useLanguage();
  const [theme, setTheme] = useState<Theme>(themeNow);
  // Marks that wait are sent, and said to wait, wherever their teacher is.
  useEffect(() => {
    if (me.role !== 'student') void import('../lib/live.ts').then(({ live }) => live()).catch(() => {});
  }, [me]);
  return (
    <>
      <Head title={account.title} note={`${me.name} · ${me.email} · ${role[me.role]}`}>
        <Button icon={LogOut} onClick={() => (waiting > 0 ? setLeaving(true) : void session.logOut())}>
          {nav.signOut}
        </Button>
        {isLeaving && <LeaveDialog name={me.name} onClose={() => setLeaving(false)} />}
      </Head>
      <Cards>
        <li>
          <Card>
            <Choices<Language>
              legend={account.language}
              name="language"
              value={language}
              options={(Object.keys(LANGUAGES) as Language[]).map((one) => [one, LANGUAGES[one]])}
              onChoose={(one) => void chooseLanguage(one)}
            />
            <Choices<Theme>
              legend={account.theme}
              name="theme"
              value={theme}
              options={THEMES.map((one) => [one, account.themes[one]])}
              onChoose={(one) => {
                chooseTheme(one);
                setTheme(one);
              }}
            />
          </Card>
        </li>
        <li>
          <Card>
            <h2>{account.changePassword}</h2>
            <Form
              submit={account.changePassword}
              onSubmit={async (values, form) => {
                const { endedLogins } = await authorized<{ endedLogins: number }>(
                  'POST',
                  '/api/v1/auth/password',
                  {
                    body: values,
                  },
                );
                form.reset();
                toast(account.passwordChanged(endedLogins));
              }}
            >
              <TextField
                label={account.currentPassword}
                name="currentPassword"
                type="password"
                autoComplete="current-password"
              />
              <TextField
                label={account.newPassword}
                name="newPassword"
                type="password"
                autoComplete="new-password"
                hint={auth.passwordHint}
              />
            </Form>
          </Card>
        </li>
        {me.role === 'student' && (
          <li>
            <Suspense fallback={<Loading lines={2} />}>
              <Passkeys />
            </Suspense>
          </li>
        )}
      </Cards>
    </>
  );
};
export default Account;
