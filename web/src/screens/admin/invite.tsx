import { useState } from 'react';
import type { Invitation } from '../../../../shared/rest/invitations.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form } from '../../ui/form.tsx';
import { LinkOnlyHere, ShownOnce } from './parts.tsx';
import type { Kind, Person } from './person-form.tsx';

/** A one-time link; its secret stands in the fragment, which no server sees and no log keeps. */
export const linkOf = (page: string, { invitation }: Invitation): string =>
  `${location.origin}${page}#${encodeURIComponent(invitation)}`;

/**
 * A link for one person alone: asked for, made, and shown once. `page` opens it, `path` makes it, `list` is what then
 * says so.
 */
export const OneTimeLink = ({
  title,
  note,
  action,
  label,
  page,
  path,
  list,
  onClose,
}: Record<'title' | 'note' | 'action' | 'label' | 'page' | 'path', string> & {
  list?: string;
  onClose: () => void;
}) => {
  const { admin, common } = useTexts();
  const format = useFormat();
  const [made, setMade] = useState<Invitation>();
  if (made)
    return (
      <ShownOnce
        key="made"
        title={title}
        label={label}
        value={linkOf(page, made)}
        note={admin.people.until(format.moment(made.expiresAt))}
        onClose={onClose}
      >
        <LinkOnlyHere />
      </ShownOnce>
    );
  return (
    <Dialog title={title} onClose={onClose}>
      <Form
        submit={action}
        extra={<Button onClick={onClose}>{common.cancel}</Button>}
        onSubmit={async () => {
          setMade(await authorized<Invitation>('POST', path));
          if (list !== undefined) void refresh(list);
        }}
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
      list={`/api/v1/${kind}`}
      onClose={onClose}
    />
  );
};
