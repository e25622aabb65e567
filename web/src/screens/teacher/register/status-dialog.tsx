import { Undo2 } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import type { LiveStatus } from '../../../../../shared/status.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/form.tsx';
import { STATUS_ICONS, STATUSES, StatusChip } from '../../../ui/status.tsx';
import type { Book } from './book.ts';
import { isDecided } from './cell.ts';
import type { Person } from './people.ts';
import styles from './register.module.css';

/** All that can be said of one student: how the row came to be, every status, and a reason. */
export const StatusDialog = ({
  book,
  person,
  detail,
  onStatus,
  onClose,
}: {
  book: Book;
  person: Person;
  detail: ClassDetail | undefined;
  onStatus: (status: LiveStatus, reason: string | undefined) => void;
  onClose: () => void;
}) => {
  const { teacher, status, source } = useTexts();
  const format = useFormat();
  const cell = useSyncExternalStore(book.subscribe, () => book.cell(person.id));
  const [reason, setReason] = useState(cell.reason ?? '');
  const by = detail?.teachers.find(({ id }) => id === cell.by)?.name;
  const facts = [
    cell.source && source[cell.source],
    cell.at && format.time(cell.at),
    by,
    cell.minutesLate && teacher.minutesLate(cell.minutesLate),
  ].filter(Boolean);
  return (
    <Dialog title={person.name || teacher.unknownName} onClose={onClose}>
      <p className={styles.facts}>
        <StatusChip status={cell.status} /> {person.code && <span>{person.code}</span>}
        {cell.status !== 'unmarked' && <span>{facts.join(' · ')}</span>}
      </p>
      {cell.waiting && <p className={styles.warn}>{teacher.waitsNote}</p>}
      {cell.skewed && <p className={styles.warn}>{teacher.skewed}</p>}
      {cell.flags.includes('shared-device') && <p className={styles.warn}>{teacher.sharedDeviceNote}</p>}
      <TextField
        label={teacher.reason}
        name="reason"
        optional
        maxLength={500}
        autoComplete="off"
        value={reason}
        onChange={({ target }) => setReason(target.value)}
      />
      <div className={styles.statuses}>
        {STATUSES.map((one) => (
          <Button
            key={one}
            icon={STATUS_ICONS[one]}
            aria-pressed={cell.status === one}
            onClick={() => onStatus(one, reason.trim() || undefined)}
          >
            {status[one]}
          </Button>
        ))}
        {isDecided(cell) && (
          <Button icon={Undo2} onClick={() => onStatus('unmarked', reason.trim() || undefined)}>
            {teacher.takeBack}
          </Button>
        )}
      </div>
    </Dialog>
  );
};
