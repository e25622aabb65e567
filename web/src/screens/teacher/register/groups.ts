import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import type { Section } from '../../../../../shared/rest/structure.ts';
import { useTexts } from '../../../lib/language.ts';
import { readShown } from '../../../lib/queries.ts';
import type { Group } from './grid.tsx';
import { type Person, plain } from './people.ts';

/** The names of a class's sections, by id. */
const useSectionNames = (ids: readonly string[]): ReadonlyMap<string, string> =>
  useQueries({
    queries: ids.map((id) => {
      const path = `/api/v1/sections/${id}`;
      return { queryKey: [path], queryFn: () => readShown<Section>(path), staleTime: 600_000 };
    }),
    combine: (found) =>
      new Map(found.flatMap(({ data }) => (data ? [[data.data.id as string, data.data.name]] : []))),
  });

/** The people in sight: by section where the class has several, or others beside one; else all together. */
export const useGroups = (
  people: readonly Person[],
  detail: ClassDetail | undefined,
  shown: ReadonlySet<string> | undefined,
  query: string,
): readonly Group[] => {
  const { teacher } = useTexts();
  const sectionIds = detail?.sectionIds ?? [];
  const names = useSectionNames(sectionIds);
  const nameKey = sectionIds.map((id) => `${id} ${names.get(id) ?? ''}`).join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says what the map holds
  return useMemo(() => {
    const wanted = plain(query.trim());
    const inSight = people.filter(({ id, key }) => (!shown || shown.has(id)) && key.includes(wanted));
    const [only] = sectionIds;
    const isOne = sectionIds.length === 1 && people.every(({ sectionId }) => sectionId === only);
    if (only === undefined || isOne) return [{ key: 'all', people: inSight }];
    const of = (sectionId: string | undefined) =>
      inSight.filter((person) =>
        sectionId === undefined
          ? !person.sectionId || !sectionIds.some((id) => id === person.sectionId)
          : person.sectionId === sectionId,
      );
    return [
      ...sectionIds.map((id) => ({ key: id as string, title: names.get(id) ?? '…', people: of(id) })),
      { key: 'others', title: teacher.noSection, people: of(undefined) },
    ].filter((group) => group.people.length > 0);
  }, [people, shown, query, nameKey, teacher]);
};
