import { Ban, CircleCheck, Plus } from 'lucide-react';
import { useState } from 'react';
import type { UserView } from '../../../../shared/rest/users.ts';
import type { Role } from '../../../../shared/status.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh, useShown } from '../../lib/queries.ts';
import { useMe } from '../../lib/role.ts';
import { authorized } from '../../lib/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Asked, State, toast } from '../../ui/feedback.tsx';
import formStyles from '../../ui/form.module.css';
import { Choices, Form, SelectField, sentenceOf, TextField } from '../../ui/form.tsx';
import { Table } from '../../ui/table.tsx';
import { Listed, usePages, useSettled } from './pages.tsx';
import { Address, Chip, Confirm, Facts, RowActions, SearchBox, Tools } from './parts.tsx';

const ROLES = ['student', 'teacher', 'admin'] as const;

const setDisabled = async (id: string, disabled: boolean) => {
  await authorized('PATCH', `/api/v1/users/${id}`, { body: { disabled } });
  await refresh('/api/v1/users');
};

const Standing = ({ disabled }: { disabled: boolean }) => {
  const words = useTexts().admin.people;
  return <Chip tone={disabled ? 'off' : 'good'}>{disabled ? words.disabled : words.enabled}</Chip>;
};

/** Disables, after a question, or enables; one's own account is left alone. */
const Switch = ({ user, onDisable }: { user: UserView; onDisable: (user: UserView) => void }) => {
  const words = useTexts().admin.people;
  const me = useMe();
  if (user.id === me.id) return null;
  const enable = () =>
    setDisabled(user.id, false).then(
      () => toast(words.nowEnabled(user.name)),
      (error: unknown) => toast(sentenceOf(error)),
    );
  return user.disabled ? (
    <Button
      size="small"
      icon={CircleCheck}
      aria-label={`${words.enable}: ${user.name}`}
      onClick={() => void enable()}
    >
      {words.enable}
    </Button>
  ) : (
    <Button
      size="small"
      icon={Ban}
      aria-label={`${words.disable}: ${user.name}`}
      onClick={() => onDisable(user)}
    >
      {words.disable}
    </Button>
  );
};

const Disable = ({ user, onClose }: { user: UserView; onClose: () => void }) => {
  const words = useTexts().admin.people;
  return (
    <Confirm
      title={words.disableWhat(user.name)}
      note={words.disableNote}
      action={words.disable}
      onClose={onClose}
      onConfirm={async () => {
        await setDisabled(user.id, true);
        toast(words.nowDisabled(user.name));
      }}
    />
  );
};

/** Everybody who can log in. */
export const Accounts = () => {
  const { admin, role: roles } = useTexts();
  const words = admin.people;
  const format = useFormat();
  const [role, setRole] = useState<Role | ''>('');
  const [disabling, setDisabling] = useState<UserView>();
  const [making, setMaking] = useState(false);
  const [text, setText] = useState('');
  const q = useSettled(text.trim());
  const pages = usePages<UserView>(withQuery('/api/v1/users', { role, q }));
  return (
    <>
      <Tools>
        <SearchBox label={words.searchAccounts} value={text} onChange={setText} />
        <SelectField
          label={words.role}
          name="role"
          value={role}
          onChange={(event) => setRole(event.target.value as Role | '')}
        >
          <option value="">{admin.all}</option>
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {roles[one]}
            </option>
          ))}
        </SelectField>
        <Button icon={Plus} variant="primary" onClick={() => setMaking(true)}>
          {words.newAccount}
        </Button>
      </Tools>
      <Listed
        pages={pages}
        empty={
          q === '' && role === '' ? (
            <State title={words.empty.accounts} />
          ) : (
            <State title={admin.nothingFits} note={admin.nothingFitsNote} />
          )
        }
      >
        {(users) => (
          <Table
            stack
            caption={words.tabs.accounts}
            rows={users}
            keyOf={({ id }) => id}
            columns={[
              { key: 'name', head: admin.name, cell: ({ name }) => name },
              {
                key: 'email',
                head: admin.email,
                cell: ({ email }) => <Address of={email} />,
              },
              { key: 'role', head: words.role, cell: (user) => roles[user.role] },
              {
                key: 'created',
                head: words.created,
                cell: (user) => format.date(user.createdAt),
                short: true,
              },
              { key: 'state', head: admin.state, cell: ({ disabled }) => <Standing disabled={disabled} /> },
              {
                key: 'actions',
                head: <span className="unseen">{admin.actions}</span>,
                cell: (user) => (
                  <RowActions>
                    <Switch user={user} onDisable={setDisabling} />
                  </RowActions>
                ),
              },
            ]}
          />
        )}
      </Listed>
      {disabling && <Disable user={disabling} onClose={() => setDisabling(undefined)} />}
      {making && <NewAccount onClose={() => setMaking(false)} />}
    </>
  );
};

/** The account of somebody in the list of students or teachers. */
export const AccountOf = ({ id, name, onClose }: { id: string; name: string; onClose: () => void }) => {
  const { admin, role: roles } = useTexts();
  const words = admin.people;
  const format = useFormat();
  const [disabling, setDisabling] = useState<UserView>();
  const user = useShown<UserView>(`/api/v1/users/${id}`);
  if (disabling) return <Disable key="disable" user={disabling} onClose={() => setDisabling(undefined)} />;
  return (
    <Dialog title={words.accountOf(name)} onClose={onClose}>
      <Asked query={user}>
        {(one) => (
          <>
            <Facts
              of={[
                [admin.email, <Address key="email" of={one.email} />],
                [words.role, roles[one.role]],
                [words.created, format.date(one.createdAt)],
                [admin.state, <Standing key="state" disabled={one.disabled} />],
              ]}
            />
            <div className={formStyles.actions}>
              <Switch user={one} onDisable={setDisabling} />
            </div>
          </>
        )}
      </Asked>
    </Dialog>
  );
};

const NewAccount = ({ onClose }: { onClose: () => void }) => {
  const { admin, common, role: roles } = useTexts();
  const words = admin.people;
  return (
    <Dialog title={words.newAccount} onClose={onClose}>
      <Form
        submit={common.save}
        onSubmit={async (body) => {
          await authorized('POST', '/api/v1/users', { body });
          toast(admin.saved);
          for (const path of ['users', 'students', 'teachers']) void refresh(`/api/v1/${path}`);
          onClose();
        }}
      >
        <TextField label={admin.name} name="name" autoComplete="off" />
        <TextField label={admin.email} name="email" type="email" inputMode="email" autoComplete="off" />
        <TextField
          label={words.initialPassword}
          name="password"
          type="password"
          autoComplete="new-password"
          hint={words.initialPasswordHint}
        />
        <Choices
          legend={words.role}
          name="role"
          value="teacher"
          options={ROLES.map((one) => [one, roles[one]])}
        />
      </Form>
    </Dialog>
  );
};
