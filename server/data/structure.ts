import mongoose from 'mongoose';
import { Fault } from '../../shared/faults.ts';
import type { DepBatchId, SectionId } from '../../shared/ids.ts';
import type {
  DepBatch,
  DepBatchPatch,
  NewDepBatch,
  NewSection,
  Section,
} from '../../shared/rest/structure.ts';
import { hex, isDuplicateKey, oid, type Page, pageOf } from './mongo.ts';

type Id = { _id: mongoose.Types.ObjectId };
type DepBatchRow = { dep: string; batch: string };
type SectionRow = { name: string; depBatchId: mongoose.Types.ObjectId };
type Paged = { limit: number; cursor?: string | undefined };

const OPTIONS = { strict: 'throw', strictQuery: 'throw', versionKey: false } as const;
const depBatchSchema = new mongoose.Schema<DepBatchRow>(
  { dep: { type: String, required: true }, batch: { type: String, required: true } },
  { ...OPTIONS, collection: 'dep_batches' },
);
depBatchSchema.index({ dep: 1, batch: 1 }, { unique: true });
const sectionSchema = new mongoose.Schema<SectionRow>(
  {
    name: { type: String, required: true },
    depBatchId: { type: mongoose.Schema.Types.ObjectId, required: true },
  },
  { ...OPTIONS, collection: 'sections' },
);
sectionSchema.index({ depBatchId: 1, name: 1 }, { unique: true });
sectionSchema.index({ name: 1 });

const toDepBatch = ({ _id, dep, batch }: DepBatchRow & Id): DepBatch => ({ id: hex(_id), dep, batch });
const toSection = ({ _id, name, depBatchId }: SectionRow & Id): Section => ({
  id: hex(_id),
  name,
  depBatchId: hex(depBatchId),
});
const known = <T extends object>(set: T) =>
  Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
const after = (cursor: string | undefined) => (cursor === undefined ? {} : { _id: { $gt: oid(cursor) } });

const unique = async <T>(code: 'DEP_BATCH_EXISTS' | 'SECTION_EXISTS', write: Promise<T>): Promise<T> => {
  try {
    return await write;
  } catch (error) {
    throw isDuplicateKey(error) ? new Fault(code) : error;
  }
};

/** The departments' batches and their sections. Changes answer with what stands after them, or null where there is none. */
export const createStructure = (connection: mongoose.Connection) => {
  const depBatches = connection.model<DepBatchRow>('DepBatch', depBatchSchema);
  const sections = connection.model<SectionRow>('Section', sectionSchema);

  return {
    async ensureIndexes(): Promise<void> {
      await Promise.all([depBatches.createIndexes(), sections.createIndexes()]);
    },

    depBatches: {
      /** DEP_BATCH_EXISTS. */
      create: async (fields: NewDepBatch): Promise<DepBatch> => {
        const row = await unique('DEP_BATCH_EXISTS', depBatches.create(fields));
        return toDepBatch(row.toObject<DepBatchRow & Id>());
      },
      async find(id: DepBatchId): Promise<DepBatch | null> {
        const row = await depBatches.findById(oid(id)).lean<DepBatchRow & Id>();
        return row && toDepBatch(row);
      },
      async list({ limit, cursor }: Paged): Promise<Page<DepBatch>> {
        const found = depBatches.find(after(cursor)).sort({ _id: 1 });
        const rows = await found.limit(limit + 1).lean<(DepBatchRow & Id)[]>();
        return pageOf(rows.map(toDepBatch), limit);
      },
      /** DEP_BATCH_EXISTS. */
      async update(id: DepBatchId, set: DepBatchPatch): Promise<DepBatch | null> {
        const write = depBatches.findByIdAndUpdate(
          oid(id),
          { $set: known(set) },
          { returnDocument: 'after' },
        );
        const row = await unique('DEP_BATCH_EXISTS', write.lean<DepBatchRow & Id>().exec());
        return row && toDepBatch(row);
      },
      async remove(id: DepBatchId): Promise<void> {
        await depBatches.deleteOne({ _id: oid(id) });
      },
      /** Those that have both names; for imports, which know no ids. */
      async named(of: readonly NewDepBatch[]): Promise<DepBatch[]> {
        const dep = { $in: [...new Set(of.map((one) => one.dep))] };
        const rows = await depBatches.find({ dep }).lean<(DepBatchRow & Id)[]>();
        return rows.map(toDepBatch);
      },
      async findMany(ids: readonly DepBatchId[]): Promise<DepBatch[]> {
        const rows = await depBatches.find({ _id: { $in: ids.map(oid) } }).lean<(DepBatchRow & Id)[]>();
        return rows.map(toDepBatch);
      },
    },

    sections: {
      /** SECTION_EXISTS. */
      async create({ name, depBatchId }: NewSection): Promise<Section> {
        const row = await unique('SECTION_EXISTS', sections.create({ name, depBatchId: oid(depBatchId) }));
        return toSection(row.toObject<SectionRow & Id>());
      },
      async findMany(ids: readonly SectionId[]): Promise<Section[]> {
        const rows = await sections.find({ _id: { $in: ids.map(oid) } }).lean<(SectionRow & Id)[]>();
        return rows.map(toSection);
      },
      async list(page: Paged & { depBatchId?: DepBatchId | undefined }): Promise<Page<Section>> {
        const of = page.depBatchId === undefined ? {} : { depBatchId: oid(page.depBatchId) };
        const found = sections.find({ ...of, ...after(page.cursor) }).sort({ _id: 1 });
        const rows = await found.limit(page.limit + 1).lean<(SectionRow & Id)[]>();
        return pageOf(rows.map(toSection), page.limit);
      },
      /** SECTION_EXISTS. */
      async update(
        id: SectionId,
        { name, depBatchId }: { name?: string | undefined; depBatchId?: DepBatchId | undefined },
      ): Promise<Section | null> {
        const $set = known({ name, depBatchId: depBatchId && oid(depBatchId) });
        const write = sections.findByIdAndUpdate(oid(id), { $set }, { returnDocument: 'after' });
        const row = await unique('SECTION_EXISTS', write.lean<SectionRow & Id>().exec());
        return row && toSection(row);
      },
      async remove(id: SectionId): Promise<void> {
        await sections.deleteOne({ _id: oid(id) });
      },
      /** Those of the names, of every dep-batch. */
      async named(names: readonly string[]): Promise<Section[]> {
        const rows = await sections.find({ name: { $in: [...names] } }).lean<(SectionRow & Id)[]>();
        return rows.map(toSection);
      },
    },
  };
};
export type Structure = ReturnType<typeof createStructure>;
