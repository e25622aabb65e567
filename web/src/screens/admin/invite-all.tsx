import { Download } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Fault } from '../../../../shared/faults.ts';
import type { Invitation } from '../../../../shared/rest/invitations.ts';
import { useAll } from '../../lib/all.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Asked } from '../../ui/feedback.tsx';
import formStyles from '../../ui/form.module.css';
import { Choices, Form } from '../../ui/form.tsx';
import styles from './admin.module.css';
import { csvOf } from './columns.ts';
import { saveBlob } from './download.ts';
import { linkOf } from './invite.tsx';
import { LinkOnlyHere } from './parts.tsx';
import { codeOf, type Kind, type Person } from './person-form.tsx';

/** How many links are asked for at the same time. */
const AT_ONCE = 4;

type Made = { readonly person: Person; readonly invitation: Invitation };
type Stage =
  | { readonly at: 'asking' }
  | { readonly at: 'making'; readonly made: number; readonly all: number }
  | { readonly at: 'made'; readonly made: readonly Made[]; readonly failed: number };

/** Makes the links one after the other, some at a time; whoever got a log-in meanwhile is passed over. */
const inviteEach = async (
  kind: Kind,
  people: readonly Person[],
  { onMade, isOver }: { onMade: (n: number) => void; isOver: () => boolean },
): Promise<{ made: Made[]; failed: number }> => {
  const made = new Map<Person, Made>();
  let failed = 0;
  const waiting = people.values();
  const work = async () => {
    for (const person of waiting) {
      if (isOver()) return;
      try {
        const path = `/api/v1/${kind}/${person.id}/invitation`;
        made.set(person, { person, invitation: await authorized<Invitation>('POST', path) });
        onMade(made.size);
      } catch (error) {
        if (!(error instanceof Fault && error.code === 'HAS_LOGIN')) failed += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { made: people.flatMap((person) => made.get(person) ?? []), failed };
};

/** Invites everybody of a list who has no log-in; the links come as a file, for nothing is sent. `path`: the list. */
export const InviteAll = ({ kind, path, onClose }: { kind: Kind; path: string; onClose: () => void }) => {
  const { admin } = useTexts();
  const words = admin.people;
  const format = useFormat();
  const everybody = useAll<Person>(path);
  const [stage, setStage] = useState<Stage>({ at: 'asking' });
  const over = useRef(false);
  // A page that is left makes no more; what was made until then is saved nevertheless.
  useEffect(() => {
    over.current = false;
    return () => {
      over.current = true;
    };
  }, []);

  const save = (made: readonly Made[]) =>
    saveBlob(
      csvOf([
        [admin.code, words.lastName, words.firstName, words.invitation, words.validUntil],
        ...made.map(({ person, invitation }) => [
          codeOf(person) ?? '',
          person.lastName ?? '',
          person.firstName ?? person.name,
          linkOf('/claim', invitation),
          format.moment(invitation.expiresAt),
        ]),
      ]),
      'invitations.csv',
    );
  const run = async (people: readonly Person[]) => {
    setStage({ at: 'making', made: 0, all: people.length });
    const { made, failed } = await inviteEach(kind, people, {
      onMade: (n) => setStage({ at: 'making', made: n, all: people.length }),
      isOver: () => over.current,
    });
    // At once: they are shown nowhere, and whoever closes this would have lost them.
    if (made.length > 0) save(made);
    void refresh(`/api/v1/${kind}`);
    setStage({ at: 'made', made, failed });
  };

  return (
    <Dialog title={words.inviteAll} onClose={onClose}>
      {stage.at === 'asking' && (
        <Asked query={everybody}>
          {(people) => <Which people={people.filter(({ hasLogin }) => !hasLogin)} onRun={run} />}
        </Asked>
      )}
      {stage.at === 'making' && (
        <>
          <progress
            className={styles.progress}
            aria-label={words.inviteAll}
            value={stage.made}
            max={stage.all}
          />
          <p className="numbers" role="status">
            {words.inviting(format.number(stage.made), format.number(stage.all))}
          </p>
        </>
      )}
      {stage.at === 'made' && (
        <>
          <div role="status" className={styles.list}>
            <p>
              <strong>{words.invitedAll(stage.made.length)}</strong>
            </p>
            {stage.failed > 0 && <p className={styles.warning}>{words.inviteFailed(stage.failed)}</p>}
          </div>
          {stage.made.length > 0 && <p className={styles.warning}>{words.invitedAllNote}</p>}
          <LinkOnlyHere />
          <div className={formStyles.actions}>
            {stage.made.length > 0 && (
              <Button icon={Download} onClick={() => save(stage.made)}>
                {words.inviteSave}
              </Button>
            )}
            <Button variant="primary" onClick={onClose}>
              {admin.done}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
};

/** Says how many it would be, and lets those be left out who have a link already. */
const Which = ({
  people,
  onRun,
}: {
  people: readonly Person[];
  onRun: (people: readonly Person[]) => Promise<void>;
}) => {
  const words = useTexts().admin.people;
  const fresh = people.filter(({ invitedUntil }) => invitedUntil === undefined);
  const [which, setWhich] = useState<'fresh' | 'all'>(fresh.length > 0 ? 'fresh' : 'all');
  if (people.length === 0) return <p>{words.inviteNobody}</p>;
  return (
    <Form submit={words.inviteMake} onSubmit={() => onRun(which === 'fresh' ? fresh : people)}>
      <p>{words.inviteAllNote(people.length)}</p>
      <LinkOnlyHere />
      {fresh.length < people.length && (
        <Choices
          legend={words.inviteWhich}
          name="which"
          value={which}
          onChoose={setWhich}
          options={[
            ...(fresh.length > 0 ? [['fresh', words.inviteFresh(fresh.length)] as const] : []),
            ['all', words.inviteAgain(people.length)] as const,
          ]}
        />
      )}
    </Form>
  );
};
