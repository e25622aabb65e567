import { CloudOff, DoorOpen, QrCode } from 'lucide-react';
import { useFormat, useTexts } from '../../lib/language.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { STATUS_ICONS } from '../../ui/status.tsx';
import styles from './home.module.css';
import { OFFERED, wasThere } from './offered.ts';
import { useOwn } from './own.ts';
import type { Running } from './ways.tsx';

/** One live class: the student's own status as it is now, and the way in. */
export const LiveCard = ({ session, className }: Running) => {
  const texts = useTexts();
  const { student, nav, source } = texts;
  const format = useFormat();
  const { row, since } = useOwn(session.classId, session.id);
  const status = row?.status ?? 'unmarked';
  const Icon = STATUS_ICONS[status];
  const open = OFFERED.some((one) => session.methods.includes(one)) && !(row && wasThere(row.status));
  return (
    <li className={`${styles.card} ${styles[status]}`}>
      <div className={styles.cardHead}>
        <h3>{className}</h3>
        <p>
          {session.room && (
            <>
              <DoorOpen size={16} aria-hidden /> {session.room} ·{' '}
            </>
          )}
          {student.until(format.time(session.closesAt))}
        </p>
      </div>
      <div className={styles.status} role="status">
        <span className={styles.sign}>
          <Icon size={28} aria-hidden />
        </span>
        <span>
          <strong>{row ? texts.status[status] : student.unmarked}</strong>
          {row && (
            <span className={styles.detail}>
              {format.time(row.at)} · {source[row.source]}
              {row.minutesLate ? ` · ${student.minutesLate(row.minutesLate)}` : ''}
            </span>
          )}
        </span>
      </div>
      {since !== undefined && (
        <p className={styles.since}>
          <CloudOff size={16} aria-hidden /> {student.lastKnown(format.time(since))}
        </p>
      )}
      {open && (
        <ButtonLink href="/check-in" variant="primary" size="large" icon={QrCode}>
          {nav.checkIn}
        </ButtonLink>
      )}
    </li>
  );
};
