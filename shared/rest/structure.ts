import { z } from 'zod';
import { DepBatchId, SectionId } from '../ids.ts';
import { Paging } from './common.ts';
import { oneLine } from './people.ts';

const Label = oneLine(100);
const changesSomething = (patch: object) => Object.keys(patch).length > 0;

/** A department's intake; unique together. */
export const NewDepBatch = z.strictObject({ dep: Label, batch: Label }).meta({ id: 'NewDepBatch' });
export type NewDepBatch = z.infer<typeof NewDepBatch>;
export const DepBatch = z
  .object({ id: DepBatchId, dep: z.string(), batch: z.string() })
  .meta({ id: 'DepBatch' });
export type DepBatch = z.infer<typeof DepBatch>;
export const DepBatchPatch = NewDepBatch.partial().refine(changesSomething, 'must change something');
export type DepBatchPatch = z.infer<typeof DepBatchPatch>;
export const DepBatchPath = z.strictObject({ id: DepBatchId });
export const DepBatchDeleted = z.object({ id: DepBatchId });

/** A section; its name is unique within its dep-batch. */
export const NewSection = z.strictObject({ name: Label, depBatchId: DepBatchId }).meta({ id: 'NewSection' });
export type NewSection = z.infer<typeof NewSection>;
export const Section = z
  .object({ id: SectionId, name: z.string(), depBatchId: DepBatchId })
  .meta({ id: 'Section' });
export type Section = z.infer<typeof Section>;
export const SectionPatch = NewSection.partial().refine(changesSomething, 'must change something');
export type SectionPatch = z.infer<typeof SectionPatch>;
export const SectionQuery = Paging.extend({ depBatchId: DepBatchId.optional() });
export const SectionPath = z.strictObject({ id: SectionId });
export const SectionDeleted = z.object({ id: SectionId });
