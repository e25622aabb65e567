import type { DepBatch, Section } from '../../../../shared/rest/structure.ts';
import { useAll } from '../../lib/all.ts';
import { useTexts } from '../../lib/language.ts';
import formStyles from '../../ui/form.module.css';

const PREFIX = 'section ';

/** The sections that were ticked in a form with SectionChoices. */
export const chosenSections = (values: Record<string, string>): string[] =>
  Object.keys(values).flatMap((name) => (name.startsWith(PREFIX) ? [name.slice(PREFIX.length)] : []));

/** The school's sections, to tick those whose students are on the roster. Nothing where there are none. */
export const SectionChoices = ({ chosen }: { chosen: readonly string[] }) => {
  const { teacher } = useTexts();
  const sections = useAll<Section>('/api/v1/sections').data?.data ?? [];
  const intakes = useAll<DepBatch>('/api/v1/dep-batch').data?.data ?? [];
  if (sections.length === 0) return null;
  const intakeOf = (id: string) => intakes.find((intake) => intake.id === id);
  return (
    <fieldset className={formStyles.field}>
      <legend className={formStyles.label}>
        {teacher.sectionsOf} <span className={formStyles.optional}>{teacher.sectionsHint}</span>
      </legend>
      <div className={`${formStyles.choices} ${formStyles.many}`}>
        {sections.map(({ id, name, depBatchId }) => {
          const intake = intakeOf(depBatchId);
          return (
            <label key={id} className={formStyles.choice}>
              <input type="checkbox" name={`${PREFIX}${id}`} defaultChecked={chosen.includes(id)} />
              {[intake && `${intake.dep} ${intake.batch}`, name].filter(Boolean).join(' · ')}
            </label>
          );
        })}
      </div>
    </fieldset>
  );
};
