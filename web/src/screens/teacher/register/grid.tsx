import { type KeyboardEvent, memo, useEffect, useRef } from 'react';
import type { LiveStatus, Status } from '../../../../../shared/status.ts';
import { useFormat } from '../../../lib/language.ts';
import type { Book } from './book.ts';
import { NameCard } from './card.tsx';
import styles from './grid.module.css';
import { cardsIn, moveFrom, rove } from './moving.ts';
import type { Person } from './people.ts';
import { usePress } from './pressing.ts';

/** People under one heading; without a title they stand alone. */
export type Group = { readonly key: string; readonly title?: string; readonly people: readonly Person[] };

/** The keys that set a status. */
export const STATUS_KEYS: Readonly<Record<string, Status>> = {
  p: 'present',
  l: 'late',
  a: 'absent',
  e: 'excused',
  t: 'partial',
};

const studentAt = (target: EventTarget | null): string | undefined =>
  target instanceof Element ? target.closest<HTMLElement>('[data-student]')?.dataset.student : undefined;

type GridProps = {
  book: Book;
  groups: readonly Group[];
  /** The ids of those who are shown though they fit the filter no longer. */
  former: ReadonlySet<string>;
  label: string;
  onTap: (studentId: string) => void;
  onStatus: (studentId: string, status: LiveStatus) => void;
  onMenu: (studentId: string) => void;
};

/** The cards. One of them is in the tab order; arrow keys go from card to card. Marks draw their own card only. */
export const Grid = memo(({ book, groups, former, label, onTap, onStatus, onMenu }: GridProps) => {
  const format = useFormat();
  const root = useRef<HTMLDivElement>(null);
  const openMenu = (target: EventTarget) => {
    const id = studentAt(target);
    if (id === undefined) return;
    // Where the focus comes back to; a long press leaves it where it was.
    (target as Element).closest('[data-student]')?.querySelector<HTMLElement>('[data-card]')?.focus({
      preventScroll: true,
    });
    onMenu(id);
  };
  const press = usePress({
    tap(target) {
      const id = studentAt(target);
      if (id === undefined) return;
      if ((target as Element).closest('[data-menu]')) onMenu(id);
      else onTap(id);
    },
    long: openMenu,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: when other cards are shown, one of them is to be reachable
  useEffect(() => rove(root.current), [groups]);

  const onKeyDown = (event: KeyboardEvent) => {
    const id = studentAt(event.target);
    if (id === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const status = STATUS_KEYS[event.key.toLowerCase()];
    if (status) onStatus(id, status);
    else if (event.key === 'Backspace' || event.key === 'Delete') onStatus(id, 'unmarked');
    else if (event.key.toLowerCase() === 'm') onMenu(id);
    else if (!moveFrom(root.current, event.target as HTMLElement, event.key)) return;
    event.preventDefault();
  };

  return (
    // Clicks and keys of all cards are heard here, so that a card is nothing but its look.
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      ref={root}
      role="group"
      aria-label={label}
      className={styles.groups}
      onKeyDown={onKeyDown}
      onFocus={(event) => rove(root.current, event.target)}
      {...press}
      onPointerDown={(event) => {
        book.hold();
        press.onPointerDown(event);
      }}
    >
      {groups.map(({ key, title, people }) => (
        <section key={key} className={styles.group} aria-label={title}>
          {title !== undefined && (
            <h2>
              {title} <span>{format.number(people.length)}</span>
            </h2>
          )}
          <ul className={styles.grid}>
            {people.map((person) => (
              <NameCard key={person.id} book={book} person={person} former={former.has(person.id)} />
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
});

/** Puts the focus on the first card. */
export const focusFirst = (): void => cardsIn(document.body)[0]?.focus();
