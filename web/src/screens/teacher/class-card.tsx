import { CircleCheck, CircleDashed, CircleHelp, Radio, Users } from 'lucide-react';
import { useId, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import type { SessionView } from '../../../../shared/rest/sessions.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Ring } from '../../ui/ring.tsx';
import styles from './class-card.module.css';
import { bookOf } from './register/book.ts';
import { StartButtons } from './start.tsx';

/** How a class stands today. `open`: no register yet. */
export type Standing = { kind: 'unknown' | 'open' } | { kind: 'live' | 'taken'; session: SessionView };

/** How a class stands on the school's present day, by the sessions (the newest first) as far as they are known. */
export const standingOf = (
  classId: string,
  sessions: readonly SessionView[] | undefined,
  today: string,
): Standing => {
  if (!sessions) return { kind: 'unknown' };
  const mine = sessions.filter((session) => session.classId === classId);
  const live = mine.find(({ state }) => state === 'live' || state === 'closing');
  if (live) return { kind: 'live', session: live };
  const taken = mine.find(({ state, date }) => state === 'final' && date === today);
  return taken ? { kind: 'taken', session: taken } : { kind: 'open' };
};

/** The figures of a register that is under way. */
const LiveCounts = ({ classId }: { classId: string }) => {
  const { status } = useTexts();
  const format = useFormat();
  const book = bookOf(classId);
  const counts = useSyncExternalStore(book.subscribe, book.counts);
  if (counts.enrolled === 0) return null;
  return (
    <div className={styles.live}>
      <span className={styles.ring}>
        <Ring counts={counts} width={12} />
      </span>
      <span>
        <b className="numbers">{format.number(counts.present + counts.late + counts.partial)}</b> /{' '}
        {format.number(counts.enrolled)} · {format.number(counts.unmarked)} {status.unmarked}
      </span>
    </div>
  );
};

/** A class: how it stands today and the one thing to do about it. */
export const ClassCard = ({ info, standing }: { info: ClassView; standing: Standing }) => {
  const { teacher, common } = useTexts();
  const format = useFormat();
  const titleId = useId();
  const { id, className, code, studentCount } = info;
  const [Icon, words] = {
    live: [Radio, teacher.isLive] as const,
    open: [CircleDashed, teacher.isOpen] as const,
    taken: [CircleCheck, teacher.isTaken] as const,
    unknown: [CircleHelp, teacher.isUnknown] as const,
  }[standing.kind];
  return (
    <li className={styles.card} aria-labelledby={titleId}>
      <div className={styles.head}>
        <h2 id={titleId}>
          <Link href={`/teach/${id}`}>{className}</Link>
        </h2>
        <p className={styles.facts}>
          {code && <span>{code}</span>}
          <span>
            <Users size={15} aria-hidden /> {common.students(studentCount)}
          </span>
        </p>
      </div>
      <p className={`${styles.standing} ${styles[standing.kind]}`}>
        <Icon size={18} aria-hidden /> {words}
        {standing.kind === 'taken' && ` · ${format.time(standing.session.openedAt)}`}
      </p>
      {standing.kind === 'live' && <LiveCounts classId={id} />}
      <div className={styles.actions}>
        {standing.kind === 'live' && (
          <ButtonLink href={`/teach/${id}`} variant="primary">
            {teacher.open}
          </ButtonLink>
        )}
        {standing.kind === 'taken' && (
          <ButtonLink href={`/teach/${id}/sessions/${standing.session.id}`}>{teacher.showRecords}</ButtonLink>
        )}
        {standing.kind !== 'live' && <StartButtons classId={id} again={standing.kind === 'taken'} />}
      </div>
    </li>
  );
};
