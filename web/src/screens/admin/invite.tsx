import { useState } from 'react';
import type { Invitation } from '../../../../shared/rest/invitations.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { authorized } from '../../lib/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form } from '../../ui/form.tsx';
import { ShownOnce } from './parts.tsx';
import type { Kind, Person } from './person-form.tsx';

/** Lets somebody without a log-in choose one: a link for them alone. */
export const Invite = ({ kind, person, onClose }: { kind: Kind; person: Person; onClose: () => void }) => {
  const { admin, common } = useTexts();
  const words = admin.people;
  const format = useFormat();
  const [made, setMade] = useState<Invitation>();
  if (made)
    return (
      <ShownOnce
        key="made"
        title={words.inviteWhom(person.name)}
        label={words.invitation}
        // In the fragment, which no server sees and no log keeps.
        value={`${location.origin}/claim#${encodeURIComponent(made.invitation)}`}
        note={words.until(format.moment(made.expiresAt))}
        onClose={onClose}
      />
    );
  return (
    <Dialog title={words.inviteWhom(person.name)} onClose={onClose}>
      <Form
        submit={words.invite}
        extra={<Button onClick={onClose}>{common.cancel}</Button>}
        onSubmit={async () =>
          setMade(await authorized<Invitation>('POST', `/api/v1/${kind}/${person.id}/invitation`))
        }
      >
        <p>{words.inviteNote(person.name)}</p>
      </Form>
    </Dialog>
  );
};
