import { Ban, CircleCheck, KeyRound, UserX } from 'lucide-react';
import { useState } from 'react';
import type { UserView } from '../../../../shared/rest/users.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh, useShown } from '../../lib/queries.ts';
import { useMe } from '../../lib/role.ts';
import { authorized } from '../../lib/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Asked, toast } from '../../ui/feedback.tsx';
import formStyles from '../../ui/form.module.css';
import { sentenceOf } from '../../ui/form.tsx';
import styles from './admin.module.css';
import { OneTimeLink } from './invite.tsx';
import { Address, Chip, Confirm, Facts } from './parts.tsx';

const setDisabled = async (id: string, disabled: boolean) => {
  await authorized('PATCH', `/api/v1/users/${id}`, { body: { disabled } });
  await refresh('/api/v1/users');
};

export const Standing = ({ disabled }: { disabled: boolean }) => {
  const words = useTexts().admin.people;
  return <Chip tone={disabled ? 'off' : 'good'}>{disabled ? words.disabled : words.enabled}</Chip>;
};

/** Disables, after a question, or enables; one's own account is left alone. */
export const Switch = ({ user, onDisable }: { user: UserView; onDisable: (user: UserView) => void }) => {
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

export const Disable = ({ user, onClose }: { user: UserView; onClose: () => void }) => {
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

/** Takes the log-in away that the wrong person has claimed; whose it is can be invited again. */
const TakeLogin = ({ user, onClose }: { user: UserView; onClose: () => void }) => {
  const words = useTexts().admin.people;
  return (
    <Confirm
      title={words.takeLoginOf(user.name)}
      note={words.takeLoginNote(user.name)}
      action={words.takeLogin}
      onClose={onClose}
      onConfirm={async () => {
        await authorized('DELETE', `/api/v1/users/${user.id}/login`);
        toast(words.takenAway(user.name));
        for (const path of ['users', 'students', 'teachers', 'audit']) void refresh(`/api/v1/${path}`);
      }}
    />
  );
};

const NewPassword = ({ user, onClose }: { user: UserView; onClose: () => void }) => {
  const words = useTexts().admin.people;
  return (
    <OneTimeLink
      title={words.newPasswordFor(user.name)}
      note={words.newPasswordNote(user.name)}
      action={words.makeLink}
      label={words.passwordLink}
      page="/new-password"
      path={`/api/v1/users/${user.id}/password-link`}
      onClose={onClose}
    />
  );
};

const HELP = { disable: Disable, password: NewPassword, take: TakeLogin } as const;

/** Somebody's account, and what can be done for those who cannot get into theirs. */
export const AccountOf = ({ id, name, onClose }: { id: string; name: string; onClose: () => void }) => {
  const { admin, role: roles } = useTexts();
  const words = admin.people;
  const format = useFormat();
  const me = useMe();
  const [over, setOver] = useState<{ what: keyof typeof HELP; user: UserView }>();
  const user = useShown<UserView>(`/api/v1/users/${id}`);
  if (over) {
    const Help = HELP[over.what];
    // Back to the account, which says what has become of it; where the log-in is gone there is none.
    return <Help user={over.user} onClose={over.what === 'take' ? onClose : () => setOver(undefined)} />;
  }
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
            {one.id === me.id ? (
              <p className={styles.soft}>{words.ownPassword}</p>
            ) : (
              <div className={formStyles.actions}>
                {!one.disabled && (
                  <Button
                    size="small"
                    icon={KeyRound}
                    onClick={() => setOver({ what: 'password', user: one })}
                  >
                    {words.newPassword}
                  </Button>
                )}
                <Switch user={one} onDisable={() => setOver({ what: 'disable', user: one })} />
                {one.role !== 'admin' && (
                  <Button size="small" icon={UserX} onClick={() => setOver({ what: 'take', user: one })}>
                    {words.takeLogin}
                  </Button>
                )}
              </div>
            )}
          </>
        )}
      </Asked>
    </Dialog>
  );
};
