import { LogOut } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { chooseLanguage, LANGUAGES, type Language, useLanguage, useTexts } from '../lib/language.ts';
import { useMe } from '../lib/role.ts';
import { authorized, session } from '../lib/session.ts';
import { chooseTheme, THEMES, type Theme, themeNow } from '../lib/theme.ts';
import { Button } from '../ui/button.tsx';
import { Card, Cards } from '../ui/card.tsx';
import { Loading, toast } from '../ui/feedback.tsx';
import { Choices, Form, TextField } from '../ui/form.tsx';
import { Head } from '../ui/frame.tsx';

const Passkeys = lazy(() => import('./student/passkeys.tsx'));

/** Who one is, in which language and look, with which password. */
const Account = () => {
  const { account, auth, nav, role } = useTexts();
  const me = useMe();
  const language = useLanguage();
  const [theme, setTheme] = useState<Theme>(themeNow);
  return (
    <>
      <Head title={account.title} note={`${me.name} · ${me.email} · ${role[me.role]}`}>
        <Button icon={LogOut} onClick={() => void session.logOut()}>
          {nav.signOut}
        </Button>
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
