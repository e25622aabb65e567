import { CheckCheck, Flag, TabletSmartphone, Undo2, X } from 'lucide-react';
import { memo, useEffect, useRef, useSyncExternalStore } from 'react';
import type { Status } from '../../../../../shared/status.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { Button } from '../../../ui/button.tsx';
import { Ring } from '../../../ui/ring.tsx';
import { type Shown, STATUS_ICONS } from '../../../ui/status.tsx';
import type { Action, Book } from './book.ts';
import styles from './dock.module.css';
import type { Filter } from './people.ts';

const ALWAYS: readonly Shown[] = ['unmarked', 'present', 'late', 'absent'];
const SOMETIMES: readonly Status[] = ['partial', 'excused'];

const sharing = (book: Book) =>
  book.roster().filter((id) => book.cell(id).flags.includes('shared-device')).length;

/** How many people something is true of; pressed, the cards are theirs. Drawn again only when it says something else. */
const Figure = memo(
  ({
    what,
    number,
    isChosen,
    onFilter,
  }: {
    what: Filter;
    number: number;
    isChosen: boolean;
    onFilter: (filter: Filter | undefined) => void;
  }) => {
    const { teacher, status } = useTexts();
    const format = useFormat();
    const Icon = what === 'shared-device' ? TabletSmartphone : STATUS_ICONS[what];
    return (
      <button
        type="button"
        className={`${styles.figure} ${styles[what] ?? ''}`}
        aria-pressed={isChosen}
        onClick={() => onFilter(isChosen ? undefined : what)}
      >
        <b>
          <Icon size={18} aria-hidden /> {format.number(number)}
        </b>{' '}
        <span>{what === 'shared-device' ? teacher.sharedDevice : status[what]}</span>
      </button>
    );
  },
);

type ActionProps = {
  last: Action | undefined;
  /** Whether nobody is unmarked. */
  isFull: boolean;
  onRest: (status: 'present' | 'absent') => void;
  onUndo: () => void;
  onDone: () => void;
};

const Actions = memo(({ last, isFull, onRest, onUndo, onDone }: ActionProps) => {
  const { teacher, status } = useTexts();
  return (
    <div className={styles.actions}>
      <Button
        icon={Undo2}
        disabled={!last}
        onClick={onUndo}
        aria-label={last ? teacher.undoOf(status[last.status], last.before.size) : teacher.undo}
      >
        <span className={styles.long}>{teacher.undo}</span>
      </Button>
      <Button icon={CheckCheck} disabled={isFull} onClick={() => onRest('present')}>
        {teacher.restPresent}
      </Button>
      <Button icon={X} className={styles.long ?? ''} disabled={isFull} onClick={() => onRest('absent')}>
        {teacher.restAbsent}
      </Button>
      <Button variant="primary" icon={Flag} onClick={onDone}>
        {teacher.done}
      </Button>
    </div>
  );
});

type DockProps = {
  book: Book;
  filter: Filter | undefined;
  onFilter: (filter: Filter | undefined) => void;
  onRest: ActionProps['onRest'];
  onUndo: () => void;
  onDone: () => void;
};

/** At the lower edge, where a thumb is: the figures (each shows its people), what is left to do, the way back, the end. */
export const Dock = ({ book, filter, onFilter, onRest, onUndo, onDone }: DockProps) => {
  const { teacher } = useTexts();
  const counts = useSyncExternalStore(book.subscribe, book.counts);
  const shared = useSyncExternalStore(book.subscribe, () => sharing(book));
  // Told with the figures, after the tap's own card.
  const last = useSyncExternalStore(book.subscribe, book.last.get);
  const dock = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = dock.current;
    if (!element) return;
    const { style } = document.documentElement;
    const watching = new ResizeObserver(() => style.setProperty('--dock', `${element.offsetHeight}px`));
    watching.observe(element);
    return () => {
      watching.disconnect();
      style.removeProperty('--dock');
    };
  }, []);

  const figure = (what: Filter, number: number) => (
    <Figure key={what} what={what} number={number} isChosen={filter === what} onFilter={onFilter} />
  );

  return (
    <>
      <div className={styles.room} />
      <section className={styles.dock} ref={dock} aria-label={teacher.figures}>
        <div className={styles.inner}>
          <div className={styles.ring}>
            <Ring counts={counts} width={14} />
          </div>
          <div className={styles.figures}>
            {ALWAYS.map((one) => figure(one, counts[one]))}
            {SOMETIMES.map((one) => (counts[one] > 0 || filter === one) && figure(one, counts[one]))}
            {(shared > 0 || filter === 'shared-device') && figure('shared-device', shared)}
          </div>
          <Actions
            last={last}
            isFull={counts.unmarked === 0}
            onRest={onRest}
            onUndo={onUndo}
            onDone={onDone}
          />
        </div>
      </section>
    </>
  );
};
