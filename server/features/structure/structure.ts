import { Fault } from '../../../shared/faults.ts';
import type { DepBatchId, SectionId } from '../../../shared/ids.ts';
import type {
  DepBatch,
  DepBatchPatch,
  NewSection,
  Section,
  SectionPatch,
} from '../../../shared/rest/structure.ts';
import type { Structure } from '../../data/structure.ts';

/** Departments' batches and their sections. What is in use is not deleted (SC3). */
export const createStructureService = ({
  structure: { depBatches, sections },
  isUsed,
}: {
  structure: Structure;
  /** Whether a section has students, or belongs to classes. */
  isUsed: {
    byStudents(sectionId: SectionId): Promise<boolean>;
    byClasses(sectionId: SectionId): Promise<boolean>;
  };
}) => {
  const depBatch = async (id: DepBatchId): Promise<DepBatch> => {
    const found = await depBatches.find(id);
    if (!found) throw new Fault('DEP_BATCH_NOT_FOUND');
    return found;
  };
  const section = async (id: SectionId): Promise<Section> => {
    const [found] = await sections.findMany([id]);
    if (!found) throw new Fault('SECTION_NOT_FOUND');
    return found;
  };

  return {
    depBatch,
    section,
    createDepBatch: depBatches.create,
    listDepBatches: depBatches.list,
    listSections: sections.list,

    /** SECTION_NOT_FOUND when one of them is not there. */
    async requireSections(ids: readonly SectionId[]): Promise<void> {
      const found = await sections.findMany(ids);
      if (found.length < new Set(ids).size) throw new Fault('SECTION_NOT_FOUND');
    },

    /** DEP_BATCH_NOT_FOUND, DEP_BATCH_EXISTS. */
    async updateDepBatch(id: DepBatchId, patch: DepBatchPatch): Promise<DepBatch> {
      const changed = await depBatches.update(id, patch);
      if (!changed) throw new Fault('DEP_BATCH_NOT_FOUND');
      return changed;
    },

    /** DEP_BATCH_NOT_FOUND; STILL_IN_USE while it has sections. */
    async removeDepBatch(id: DepBatchId): Promise<void> {
      await depBatch(id);
      const { items } = await sections.list({ limit: 1, depBatchId: id });
      if (items.length > 0)
        throw new Fault('STILL_IN_USE', { text: 'This batch has sections; delete or move those first' });
      await depBatches.remove(id);
    },

    /** DEP_BATCH_NOT_FOUND, SECTION_EXISTS. */
    async createSection(fields: NewSection): Promise<Section> {
      await depBatch(fields.depBatchId);
      return await sections.create(fields);
    },

    /** SECTION_NOT_FOUND, DEP_BATCH_NOT_FOUND, SECTION_EXISTS. */
    async updateSection(id: SectionId, patch: SectionPatch): Promise<Section> {
      await section(id);
      if (patch.depBatchId !== undefined) await depBatch(patch.depBatchId);
      const changed = await sections.update(id, patch);
      if (!changed) throw new Fault('SECTION_NOT_FOUND');
      return changed;
    },

    /** SECTION_NOT_FOUND; STILL_IN_USE while it has students or belongs to a class. */
    async removeSection(id: SectionId): Promise<void> {
      await section(id);
      if (await isUsed.byStudents(id))
        throw new Fault('STILL_IN_USE', { text: 'This section has students; move them to another first' });
      if (await isUsed.byClasses(id))
        throw new Fault('STILL_IN_USE', { text: 'This section belongs to a class; take it off there first' });
      await sections.remove(id);
    },
  };
};
export type StructureService = ReturnType<typeof createStructureService>;
