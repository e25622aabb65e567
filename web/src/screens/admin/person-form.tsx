import type { Student, Teacher } from '../../../../shared/rest/people.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { toast } from '../../ui/feedback.tsx';
import { Form, SelectField, TextField } from '../../ui/form.tsx';
import styles from './admin.module.css';
import { useSections } from './names.ts';

export type Kind = 'students' | 'teachers';
/** A student or a teacher; each has one of the codes. */
export type Person = Omit<Student, 'id' | 'studentCode' | 'sectionId'> & { readonly id: string } & Partial<
    Pick<Student, 'studentCode' | 'sectionId'> & Pick<Teacher, 'teacherCode'>
  >;
export const codeOf = ({ studentCode, teacherCode }: Person) => studentCode ?? teacherCode ?? null;

/** Enters somebody, or changes what is known of them. */
export const PersonForm = ({
  kind,
  of,
  onClose,
}: {
  kind: Kind;
  of?: Person | undefined;
  onClose: () => void;
}) => {
  const { admin, common } = useTexts();
  const words = admin.people;
  const isStudent = kind === 'students';
  const codeName = isStudent ? 'studentCode' : 'teacherCode';

  const save = async (values: Record<string, string>) => {
    const given = Object.entries(values);
    // Nothing is left out of a new person, and taken away from one that there is.
    const body = of
      ? Object.fromEntries(given.map(([name, value]) => [name, value === '' ? null : value]))
      : Object.fromEntries(given.filter(([, value]) => value !== ''));
    if (of) await authorized('PATCH', `/api/v1/${kind}/${of.id}`, { body });
    else await authorized('POST', `/api/v1/${kind}`, { body });
    toast(admin.saved);
    void refresh(`/api/v1/${kind}`);
    onClose();
  };

  return (
    <Dialog
      title={of ? words.edit(of.name) : isStudent ? words.newStudent : words.newTeacher}
      onClose={onClose}
    >
      <Form submit={common.save} onSubmit={save}>
        <div className={styles.two}>
          <TextField
            label={words.firstName}
            name="firstName"
            defaultValue={of ? (of.firstName ?? of.name) : ''}
          />
          <TextField label={words.lastName} name="lastName" defaultValue={of?.lastName ?? ''} optional />
        </div>
        <div className={styles.two}>
          <TextField
            label={isStudent ? words.studentCode : words.teacherCode}
            name={codeName}
            defaultValue={(of && codeOf(of)) ?? ''}
            optional
          />
          {isStudent && <SectionField chosen={of?.sectionId ?? ''} />}
        </div>
        {of?.hasLogin ? (
          <p className={styles.soft}>
            {of.email} · {words.loginsOwn}
          </p>
        ) : (
          <TextField
            label={admin.email}
            name="email"
            type="email"
            inputMode="email"
            defaultValue={of?.email ?? ''}
            optional
          />
        )}
      </Form>
    </Dialog>
  );
};

const SectionField = ({ chosen }: { chosen: string }) => {
  const { admin } = useTexts();
  const sections = useSections();
  return (
    // Drawn anew when the sections are there: a choice that is not in the list yet would be lost.
    <SelectField key={sections.length} label={admin.section} name="sectionId" defaultValue={chosen} optional>
      <option value="">{admin.noSection}</option>
      {sections.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </SelectField>
  );
};
