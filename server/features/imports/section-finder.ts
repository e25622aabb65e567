import type { SectionId } from '../../../shared/ids.ts';
import type { ImportCause } from '../../../shared/rest/imports.ts';
import type { Structure } from '../../data/structure.ts';
import { said } from './problems.ts';

type Named = { section?: string | undefined; dep?: string | undefined; batch?: string | undefined };
type Found = { readonly id: SectionId } | { readonly problem: ImportCause };

/** Finds the sections that rows name, under `keyOf` the row. */
export type SectionFinder = (rows: readonly Named[]) => Promise<Map<string, Found>>;

/** What a row says of its section, as one text. */
export const keyOf = ({ section, dep, batch }: Named): string => JSON.stringify([section, dep, batch]);

/** A section is meant by its name, with its department and batch where the name alone is not enough. */
export const createSectionFinder =
  ({ sections, depBatches }: Structure): SectionFinder =>
  async (rows) => {
    const asked = new Map(rows.filter((row) => row.section !== undefined).map((row) => [keyOf(row), row]));
    if (asked.size === 0) return new Map();
    const named = await sections.named([...asked.values()].flatMap(({ section }) => section ?? []));
    const parents = await depBatches.findMany([...new Set(named.map(({ depBatchId }) => depBatchId))]);
    const parentOf = new Map(parents.map((parent) => [parent.id, parent]));
    return new Map(
      [...asked].map(([key, { section, dep, batch }]): [string, Found] => {
        const fitting = named.filter(({ name, depBatchId }) => {
          const parent = parentOf.get(depBatchId);
          const there = (wanted: string | undefined, has: string | undefined) =>
            wanted === undefined || wanted === has;
          return name === section && there(dep, parent?.dep) && there(batch, parent?.batch);
        });
        const [only] = fitting;
        if (only && fitting.length === 1) return [key, { id: only.id }];
        const problem: ImportCause = only
          ? { code: 'SECTION_AMBIGUOUS', value: said(section ?? '') }
          : { code: 'SECTION_UNKNOWN', value: said([section, dep, batch].filter(Boolean).join(' / ')) };
        return [key, { problem }];
      }),
    );
  };
