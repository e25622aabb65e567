import { UserMinus } from 'lucide-react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import { useTexts } from '../../../lib/language.ts';
import { refresh } from '../../../lib/queries.ts';
import { authorized } from '../../../lib/session.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Card } from '../../../ui/card.tsx';
import { toast } from '../../../ui/feedback.tsx';
import { Form, sentenceOf, TextField } from '../../../ui/form.tsx';
import styles from './settings.module.css';

/** Who teaches the class; its owner adds and removes. */
export const CoTeachers = ({ info, owns }: { info: ClassDetail; owns: boolean }) => {
  const { teacher, common, auth } = useTexts();
  const path = `/api/v1/classes/${info.id}/co-teachers`;
  const remove = async (userId: string, name: string) => {
    try {
      await authorized('DELETE', `${path}/${userId}`);
      await refresh('/api/v1/classes');
      toast(teacher.removed(name));
    } catch (error) {
      toast(sentenceOf(error));
    }
  };
  return (
    <Card>
      <h2>{teacher.teachers}</h2>
      <ul className={styles.list}>
        {info.teachers.map(({ id, name }) => (
          <li key={id}>
            <span>
              {name} {id === info.teacherId && <span className={styles.note}>· {teacher.owner}</span>}
            </span>
            {owns && id !== info.teacherId && (
              <IconButton
                icon={UserMinus}
                label={`${common.remove}: ${name}`}
                onClick={() => void remove(id, name)}
              />
            )}
          </li>
        ))}
      </ul>
      {owns ? (
        <Form
          submit={common.add}
          onSubmit={async ({ email }, form) => {
            await authorized('POST', path, { body: { email } });
            await refresh('/api/v1/classes');
            form.reset();
          }}
        >
          <TextField
            label={auth.email}
            name="email"
            type="email"
            hint={teacher.coTeacherHint}
            autoComplete="off"
          />
        </Form>
      ) : (
        <p className={styles.note}>{teacher.ownerOnly}</p>
      )}
    </Card>
  );
};
