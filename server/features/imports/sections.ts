import { z } from 'zod';
import { isFault } from '../../../shared/faults.ts';
import { IMPORT_FIELDS } from '../../../shared/import-columns.ts';
import type { DepBatch } from '../../../shared/rest/structure.ts';
import { NewDepBatch, NewSection } from '../../../shared/rest/structure.ts';
import type { Structure } from '../../data/structure.ts';
import type { Importing, Outcome } from './imports.ts';

const Row = z.object({ name: NewSection.shape.name, ...NewDepBatch.shape });
type Row = z.infer<typeof Row>;

const parentKey = ({ dep, batch }: Pick<Row, 'dep' | 'batch'>) => JSON.stringify([dep, batch]);

/** True when it was made now, false when somebody was first. */
const made = async (create: Promise<unknown>): Promise<boolean> => {
  try {
    await create;
    return true;
  } catch (error) {
    if (isFault(error, 'DEP_BATCH_EXISTS', 'SECTION_EXISTS')) return false;
    throw error;
  }
};

/** Sections with their departments and batches, which are made where they are not there yet. */
export const sectionsImport =
  ({ sections, depBatches }: Structure) =>
  (): Importing<Row> => {
    const seen = new Set<string>();
    const parentsOf = async (rows: readonly Row[]) =>
      new Map(
        (await depBatches.named(rows)).map((parent): [string, DepBatch] => [parentKey(parent), parent]),
      );

    return {
      fields: IMPORT_FIELDS.sections,
      schema: Row,

      async apply(numbered, dryRun) {
        const rows = numbered.map(({ row }) => row);
        let parents = await parentsOf(rows);
        const missing = new Map(rows.map(({ dep, batch }) => [parentKey({ dep, batch }), { dep, batch }]));
        for (const key of parents.keys()) missing.delete(key);
        if (!dryRun && missing.size > 0) {
          await Promise.all([...missing.values()].map((parent) => made(depBatches.create(parent))));
          parents = await parentsOf(rows);
        }
        const named = await sections.named(rows.map(({ name }) => name));
        const there = new Set(named.map(({ depBatchId, name }) => `${depBatchId} ${name}`));

        return await Promise.all(
          rows.map(async (row): Promise<Outcome> => {
            const key = JSON.stringify([row.name, row.dep, row.batch]);
            const parent = parents.get(parentKey(row));
            if (seen.has(key) || (parent && there.has(`${parent.id} ${row.name}`))) return 'unchanged';
            seen.add(key);
            if (dryRun) return 'created';
            if (!parent) return { problem: { code: 'BATCH_GONE' } };
            const create = sections.create({ name: row.name, depBatchId: parent.id });
            return (await made(create)) ? 'created' : 'unchanged';
          }),
        );
      },
    };
  };
