import { useRef } from 'react';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/feedback.tsx';
import formStyles from '../../ui/form.module.css';
import { Choices, Form, TextField } from '../../ui/form.tsx';
import styles from './admin.module.css';
import { useSections, useTeacherNames } from './names.ts';
import { PersonPicker } from './picker.tsx';

/** Makes a class for a teacher, or changes one. */
export const ClassForm = ({ of, onClose }: { of?: ClassView | undefined; onClose: () => void }) => {
  const { admin, common } = useTexts();
  const words = admin.classes;
  const teacherOf = useTeacherNames();
  // A class that was made but not handed over yet is not made again when the form is sent again.
  const made = useRef<string>(of?.id);

  const save = async (values: Record<string, string>, form: HTMLFormElement) => {
    const { className, code, teacherId, visibility } = values;
    const sectionIds = new FormData(form).getAll('sectionIds');
    const fields = { className, visibility, sectionIds };
    if (made.current === undefined) {
      const body = { ...fields, ...(code && { code }) };
      made.current = (await authorized<ClassView>('POST', '/api/v1/classes', { body })).id;
    }
    // Nobody but an admin's own teacher takes a class over; an owner who stays needs no word.
    const body = { ...fields, code: code || null, ...(teacherId !== of?.teacherId && { teacherId }) };
    try {
      await authorized('PATCH', `/api/v1/classes/${made.current}`, { body });
    } finally {
      void refresh('/api/v1/classes');
    }
    toast(admin.saved);
    onClose();
  };

  return (
    <Dialog title={of ? words.edit(of.className) : words.new} onClose={onClose}>
      <Form submit={common.save} onSubmit={save}>
        <TextField label={admin.name} name="className" defaultValue={of?.className} />
        <TextField
          label={admin.code}
          name="code"
          defaultValue={of?.code ?? ''}
          hint={words.codeHint}
          optional
        />
        <PersonPicker
          kind="teachers"
          label={words.owner}
          name="teacherId"
          hint={words.ownerHint}
          initial={of && { id: of.teacherId, name: teacherOf(of.teacherId) }}
        />
        <SectionChecks chosen={of?.sectionIds ?? []} />
        <Choices
          legend={words.visibility}
          name="visibility"
          value={of?.visibility ?? 'private'}
          options={[
            ['private', words.visibilities.private],
            ['open', words.visibilities.open],
          ]}
        />
      </Form>
    </Dialog>
  );
};

const SectionChecks = ({ chosen }: { chosen: readonly string[] }) => {
  const words = useTexts().admin.classes;
  const sections = useSections();
  return (
    <fieldset className={formStyles.field}>
      <legend className={formStyles.label}>{words.sections}</legend>
      {sections.length === 0 ? (
        <p className={formStyles.hint}>{words.noSections}</p>
      ) : (
        <>
          <div className={styles.checks}>
            {sections.map(({ id, name }) => (
              <label key={id}>
                <input type="checkbox" name="sectionIds" value={id} defaultChecked={chosen.includes(id)} />
                {name}
              </label>
            ))}
          </div>
          <p className={formStyles.hint}>{words.sectionsHint}</p>
        </>
      )}
    </fieldset>
  );
};
