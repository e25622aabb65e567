import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import { withQuery } from '../../lib/api.ts';
import { readShown } from '../../lib/queries.ts';
import { useMe } from '../../lib/role.ts';

const CLASSES = '/api/v1/classes';
/** So many pages of 200 at most; a school with more classes names them in the address. */
const MOST_PAGES = 10;
type Page = { items: ClassView[]; nextCursor: string | null };

/** All classes that one may look into, by name. */
export const useClasses = () => {
  const { id } = useMe();
  return useQuery({
    queryKey: [CLASSES, id, 'all'],
    queryFn: async ({ signal }) => {
      const classes: ClassView[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { data }: { data: Page } = await readShown<Page>(
          withQuery(CLASSES, { limit: 200, cursor }),
          signal,
        );
        classes.push(...data.items);
        cursor = data.nextCursor;
        if (cursor === null) break;
      }
      return classes.sort((a, b) => a.className.localeCompare(b.className));
    },
  });
};

/** What is looked at, as the address has it: it can be kept, sent and gone back to. Empty texts are the server's choice. */
export const useAddress = () => {
  const [params, setParams] = useSearchParams();
  return {
    read: (name: string): string => params.get(name) ?? '',
    write: (name: string, value: string): void =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before);
          if (value === '') next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace: true },
      ),
  };
};

const KEY = 'rollcall share';
const DEFAULT_SHARE = 80;

/** A whole share of 0 to 100 percent; undefined for anything else. */
export const readShare = (text: string): number | undefined =>
  /^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : undefined;

/** The share below which people are marked: what was chosen at this browser, else 80 %. */
export const keptShare = (): number => {
  try {
    return readShare(localStorage.getItem(KEY) ?? '') ?? DEFAULT_SHARE;
  } catch {
    return DEFAULT_SHARE;
  }
};
export const keepShare = (share: number): void => {
  try {
    localStorage.setItem(KEY, String(share));
  } catch {
    // for this visit then
  }
};
