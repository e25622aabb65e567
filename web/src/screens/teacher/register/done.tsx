import { Flag } from 'lucide-react';
import { useState } from 'react';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { live } from '../../../lib/live.ts';
import { useConnection, useWaiting } from '../../../lib/live-state.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { sentenceOf } from '../../../ui/form.tsx';
import { STATUSES, StatusChip } from '../../../ui/status.tsx';
import type { Book } from './book.ts';
import type { Person } from './people.ts';
import styles from './register.module.css';

/** What DONE will write, to be confirmed: the counts, and by name who has no status and becomes absent. */
export const DoneDialog = ({
  book,
  people,
  onFinished,
  onClose,
}: {
  book: Book;
  people: readonly Person[];
  onFinished: (sessionId: string) => void;
  onClose: () => void;
}) => {
  const { teacher, common } = useTexts();
  const format = useFormat();
  const connected = useConnection() === 'connected';
  const waiting = useWaiting();
  // As it was when the dialog was opened: what is confirmed does not change meanwhile, unless somebody checks in.
  const [counts] = useState(book.counts);
  const [rest] = useState(() => people.filter(({ id }) => book.cell(id).status === 'unmarked'));
  const given = STATUSES.filter((status) => counts[status] > 0);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const finish = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const { sessionId } = await live().done({ classId: book.view.classId });
      onFinished(sessionId);
    } catch (error) {
      setProblem(sentenceOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title={teacher.doneTitle} onClose={busy ? () => {} : onClose}>
      {given.length > 0 && (
        <ul className={styles.summary}>
          {given.map((status) => (
            <li key={status}>
              <b className="numbers">{format.number(counts[status])}</b> <StatusChip status={status} />
            </li>
          ))}
        </ul>
      )}
      {rest.length > 0 ? (
        <>
          <p>{teacher.becomeAbsent(rest.length)}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
          <ul className={styles.names} tabIndex={0} aria-label={teacher.becomeAbsent(rest.length)}>
            {rest.map(({ id, name }) => (
              <li key={id}>{name || teacher.unknownName}</li>
            ))}
          </ul>
        </>
      ) : (
        <p>{teacher.allMarked}</p>
      )}
      {!connected && <p className={styles.warn}>{teacher.doneOffline}</p>}
      <div role="status">
        {busy && <p>{waiting > 0 ? teacher.sendingFirst(waiting) : teacher.writing}</p>}
      </div>
      <div role="alert">{problem && <p className={styles.warn}>{problem}</p>}</div>
      <div className={styles.ends}>
        <Button onClick={onClose} disabled={busy}>
          {common.cancel}
        </Button>
        <Button
          variant="primary"
          icon={Flag}
          busy={busy}
          disabled={!connected && !busy}
          onClick={() => void finish()}
        >
          {teacher.finish}
        </Button>
      </div>
    </Dialog>
  );
};
