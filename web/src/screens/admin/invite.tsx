import { useState } from 'react';
import type { Invitation } from '../../../../shared/rest/invitations.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { authorized } from '../../lib/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form } from '../../ui/form.tsx';
import { ShownOnce } from './parts.tsx';
import type { Kind, Person } from './person-form.tsx';

/** A link for one person alone: asked for, made, and shown once. `page` opens it, `path` makes it. */
export const OneTimeLink = ({
  title,
  note,
  action,
  label,
  page,
  path,
  onClose,
}: Record<'title' | 'note' | 'action' | 'label' | 'page' | 'path', string> & { onClose: () => void }) => {
  const { admin, common } = useTexts();
  const format = useFormat();
  const [made, setMade] = useState<Invitation>();
  if (made)
    return (
      <ShownOnce
        key="made"
        title={title}
        label={label}
        // In the fragment, which no server sees and no log keeps.
        value={`${location.origin}${page}#${encodeURIComponent(made.invitation)}`}
        note={admin.people.until(format.moment(made.expiresAt))}
        onClose={onClose}
      />
    );
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        submit={action}
        extra={<Button onClick={onClose}>{common.cancel}</Button>}
        onSubmit={async () => setMade(await authorized<Invitation>('POST', path))}
      >
        <p>{note}</p>
      </Form>
    </Dialog>
  );
};

/** Lets somebody without a log-in choose one. */
export const Invite = ({ kind, person, onClose }: { kind: Kind; person: Person; onClose: () => void }) => {
  const words = useTexts().admin.people;
  return (
    <OneTimeLink
      title={words.inviteWhom(person.name)}
      note={words.inviteNote(person.name)}
      action={words.invite}
      label={words.invitation}
      page="/claim"
      path={`/api/v1/${kind}/${person.id}/invitation`}
      onClose={onClose}
    />
  );
};
