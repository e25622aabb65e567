import { RotateCw, Search } from 'lucide-react';
import type { RefObject } from 'react';
import { useTexts } from '../../../lib/language.ts';
import { Button } from '../../../ui/button.tsx';
import { focusFirst } from './grid.tsx';
import type { useFilter } from './people.ts';
import styles from './register.module.css';

/** Search, what is in sight and why. */
export const Tools = ({
  search,
  query,
  onQuery,
  filter: { filter, choose, former },
  shown,
  enrolled,
}: {
  search: RefObject<HTMLInputElement | null>;
  query: string;
  onQuery: (query: string) => void;
  filter: ReturnType<typeof useFilter>;
  shown: number;
  enrolled: number;
}) => {
  const { teacher, status } = useTexts();
  const word = filter && (filter === 'shared-device' ? teacher.sharedDevice : status[filter]);
  return (
    <div className={styles.tools}>
      <div className={styles.search}>
        <Search size={18} aria-hidden />
        <input
          ref={search}
          type="search"
          aria-label={teacher.search}
          placeholder={teacher.search}
          autoComplete="off"
          value={query}
          onChange={({ target }) => onQuery(target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && query === '') event.currentTarget.blur();
            else if (event.key === 'Escape') onQuery('');
            else if (event.key === 'ArrowDown' || event.key === 'Enter') focusFirst();
            else return;
            event.preventDefault();
          }}
        />
      </div>
      {(word !== undefined || query !== '') && (
        <div className={styles.told}>
          <span role="status">{teacher.inSight(shown, enrolled, word)}</span>
          {filter !== undefined && former.size > 0 && (
            <Button size="small" icon={RotateCw} onClick={() => choose(filter)}>
              {teacher.dropFormer(former.size)}
            </Button>
          )}
          <Button
            size="small"
            variant="quiet"
            onClick={() => {
              choose(undefined);
              onQuery('');
            }}
          >
            {teacher.showAll}
          </Button>
        </div>
      )}
    </div>
  );
};
