import { useEffect, useRef } from 'react';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import type { Teacher } from '../../../../shared/rest/people.ts';
import type { DepBatch, Section } from '../../../../shared/rest/structure.ts';
import { useAll } from '../../lib/all.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';

/** What the classes are called, by id; the id's own end until they are known. */
export const useClassNames = () => {
  const { data } = useAll<ClassView>('/api/v1/classes');
  const { admin } = useTexts();
  const names = new Map(data?.data.map(({ id, className }) => [id as string, className]));
  return {
    classes: data?.data ?? [],
    nameOf: (id: string) => names.get(id) ?? (data ? admin.unknown : '…'),
  };
};

const TEACHERS = '/api/v1/teachers';

/** What teachers are called, by id. `needed`: whose names are shown; somebody who is new since then is asked for once. */
export const useTeacherNames = (needed: readonly string[] = []) => {
  const { data } = useAll<Teacher>(TEACHERS);
  const asked = useRef(new Set<string>());
  useEffect(() => {
    if (!data) return;
    const known = new Set<string>(data.data.map(({ id }) => id));
    const fresh = needed.filter((id) => !known.has(id) && !asked.current.has(id));
    if (fresh.length === 0) return;
    for (const id of fresh) asked.current.add(id);
    void refresh(TEACHERS);
  });
  const names = new Map(data?.data.map(({ id, name }) => [id as string, name]));
  return (id: string) => names.get(id) ?? (data ? '–' : '…');
};

export type NamedSection = { readonly id: string; readonly name: string };

/** The sections with their department and batch, sorted by what they are called. */
export const useSections = (): readonly NamedSection[] => {
  const batches = useAll<DepBatch>('/api/v1/dep-batch').data?.data;
  const sections = useAll<Section>('/api/v1/sections').data?.data;
  const byId = new Map(batches?.map((batch) => [batch.id, `${batch.dep} ${batch.batch}`]));
  return (sections ?? [])
    .map(({ id, name, depBatchId }) => ({ id, name: `${byId.get(depBatchId) ?? ''} · ${name}` }))
    .sort((a, b) => a.name.localeCompare(b.name));
};
