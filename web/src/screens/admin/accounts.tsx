import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import type { UserView } from '../../../../shared/rest/users.ts';
import type { Role } from '../../../../shared/status.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { State, toast } from '../../ui/feedback.tsx';
import { Choices, Form, SelectField, TextField } from '../../ui/form.tsx';
import { Table } from '../../ui/table.tsx';
import { AccountOf, Disable, Standing, Switch } from './account-of.tsx';
import { Listed, usePages, useSettled } from './pages.tsx';
import { Address, RowActions, SearchBox, Tools } from './parts.tsx';

const ROLES = ['student', 'teacher', 'admin'] as const;

/** Everybody who can log in. */
export const Accounts = () => {
  const { admin, role: roles } = useTexts();
  const words = admin.people;
  const format = useFormat();
  const [role, setRole] = useState<Role | ''>('');
  const [disabling, setDisabling] = useState<UserView>();
  const [open, setOpen] = useState<UserView>();
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
                    <IconButton
                      icon={KeyRound}
                      label={words.accountOf(user.name)}
                      onClick={() => setOpen(user)}
                    />
                  </RowActions>
                ),
              },
            ]}
          />
        )}
      </Listed>
      {disabling && <Disable user={disabling} onClose={() => setDisabling(undefined)} />}
      {open && <AccountOf id={open.id} name={open.name} onClose={() => setOpen(undefined)} />}
      {making && <NewAccount onClose={() => setMaking(false)} />}
    </>
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
