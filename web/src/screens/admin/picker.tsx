import { useId, useRef, useState } from 'react';
import type { Student, Teacher } from '../../../../shared/rest/people.ts';
import { withQuery } from '../../lib/api.ts';
import { useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Around, useField } from '../../ui/form.tsx';
import styles from './admin.module.css';
import { useSettled } from './pages.tsx';

type Person = (Student & { teacherCode?: undefined }) | (Teacher & { studentCode?: undefined });
export type Picked = { readonly id: string; readonly name: string };

/** How many are offered at once. */
const OFFERED = 8;

/**
 * A person found by name or code: a field of a form whose value is the id. Works like any box that completes what one
 * types: arrows, Enter, Escape. Native checking refuses a text for which nobody was chosen.
 */
export const PersonPicker = ({
  kind,
  label,
  name,
  hint,
  optional = false,
  filter = false,
  initial,
  onPick,
}: {
  kind: 'students' | 'teachers';
  label: string;
  name: string;
  hint?: string;
  optional?: boolean;
  /** Narrows a list: may stay empty, and nobody needs to be told so. */
  filter?: boolean;
  initial?: Picked | undefined;
  onPick?: (picked: Picked | undefined) => void;
}) => {
  const { admin } = useTexts();
  const [text, setText] = useState(initial?.name ?? '');
  const [picked, setPicked] = useState(initial);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const { id, error, props } = useField({ name, hint: hint ?? admin.pickHint });

  const q = useSettled(text.trim());
  const asks = open && picked === undefined && q !== '';
  const found = useShown<{ items: Person[] }>(
    asks ? withQuery(`/api/v1/${kind}`, { q, limit: OFFERED }) : undefined,
  );
  const offers = asks && q === text.trim() ? (found.data?.data.items ?? []) : [];
  const shown = asks && found.data !== undefined;

  const choose = (person: Picked | undefined) => {
    setPicked(person);
    if (person) setText(person.name);
    setOpen(false);
    input.current?.setCustomValidity('');
    onPick?.(person);
  };
  /** Who leaves the field with a text that fits one person alone has meant them. */
  const takeOnly = async () => {
    setOpen(false);
    if (picked || text.trim() === '') return;
    if (shown && q === text.trim() && !found.isFetching) {
      if (offers.length === 1) choose(offers[0]);
      return;
    }
    const path = withQuery(`/api/v1/${kind}`, { q: text.trim(), limit: 2 });
    const items = await authorized<{ items: Person[] }>('GET', path).then(
      (page) => page.items,
      () => [],
    );
    if (items.length === 1 && input.current?.value === text) choose(items[0]);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape' && open) {
      setOpen(false);
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((now) => (now + step + Math.max(1, offers.length)) % Math.max(1, offers.length));
    } else if (event.key === 'Enter' && offers[active]) {
      event.preventDefault();
      choose(offers[active]);
    }
  };

  return (
    <Around id={id} label={label} hint={hint ?? admin.pickHint} error={error} optional={optional}>
      <div className={styles.picker}>
        <input type="hidden" name={name} value={picked?.id ?? ''} />
        <input
          {...props}
          ref={input}
          name={undefined}
          data-field={name}
          role="combobox"
          autoComplete="off"
          required={!optional && !filter}
          aria-expanded={shown}
          aria-controls={listId}
          aria-autocomplete="list"
          aria-activedescendant={shown && offers[active] ? `${listId}-${active}` : undefined}
          value={text}
          onChange={(event) => {
            const now = event.target.value;
            setText(now);
            setOpen(true);
            setActive(0);
            setPicked(undefined);
            if (picked) onPick?.(undefined);
            event.target.setCustomValidity(now.trim() === '' ? '' : admin.pickOne);
          }}
          onBlur={() => void takeOnly()}
          onKeyDown={onKeyDown}
        />
        <div id={listId} role="listbox" aria-label={label} className={styles.offers} hidden={!shown}>
          {offers.map((person, i) => (
            // The keyboard chooses by the field above, as boxes of this kind do.
            // biome-ignore lint/a11y/useKeyWithClickEvents: see above
            <div
              key={person.id}
              id={`${listId}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === active}
              // Before the field loses the focus, which closes the list.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(person)}
            >
              {person.name}
              <span>{person.studentCode ?? person.teacherCode}</span>
            </div>
          ))}
          {shown && offers.length === 0 && !found.isFetching && (
            <div role="option" aria-selected={false} aria-disabled="true" tabIndex={-1}>
              {admin.pickNone}
            </div>
          )}
        </div>
      </div>
    </Around>
  );
};
