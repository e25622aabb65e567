import { CloudUpload, TabletSmartphone } from 'lucide-react';
import { memo, useCallback, useSyncExternalStore } from 'react';
import { useTexts } from '../../../lib/language.ts';
import { STATUS_ICONS } from '../../../ui/status.tsx';
import type { Book } from './book.ts';
import styles from './grid.module.css';
import type { Person } from './people.ts';
import { SOURCE_ICONS } from './sources.ts';

/** A student's card: a big button that goes to the next status, and a small one for everything else. */
export const NameCard = memo(({ book, person, former }: { book: Book; person: Person; former: boolean }) => {
  const { id } = person;
  const cell = useSyncExternalStore(
    useCallback((listener) => book.watch(id, listener), [book, id]),
    () => book.shown(id),
  );
  const { teacher, status, source } = useTexts();
  const { status: now, waiting, minutesLate = 0, flags } = cell;
  const Sign = STATUS_ICONS[now];
  const name = person.name || teacher.unknownName;
  // A teacher's own mark is the usual case, which needs no word.
  const way = cell.source && cell.source !== 'teacher' && now !== 'unmarked' ? cell.source : undefined;
  const Way = way && SOURCE_ICONS[way];
  return (
    <li
      className={`${styles.card} ${styles[now]} ${waiting ? styles.waiting : ''} ${former ? styles.former : ''}`}
      data-student={id}
    >
      <button type="button" className={styles.main} tabIndex={-1} data-card>
        <span className={styles.sign}>
          <Sign size={20} aria-hidden />
        </span>
        <span className={styles.words}>
          <span className={styles.name}>{name}</span>
          <span className={styles.what}>
            {status[now]}
            {minutesLate > 0 && ` · ${teacher.minutesLate(minutesLate)}`}
            {way && Way && (
              <span className={styles.way}>
                <Way size={15} aria-hidden /> {source[way]}
              </span>
            )}
            {waiting && (
              <span className={styles.way}>
                <CloudUpload size={15} aria-hidden /> {teacher.waits}
              </span>
            )}
          </span>
          {flags.includes('shared-device') && (
            <span className={styles.flag}>
              <TabletSmartphone size={15} aria-hidden /> {teacher.sharedDevice}
            </span>
          )}
        </span>
      </button>
      <button
        type="button"
        className={styles.menu}
        tabIndex={-1}
        data-menu
        aria-label={teacher.moreFor(name)}
      />
    </li>
  );
});
