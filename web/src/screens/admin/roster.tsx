import { ArrowLeft, Pencil, UserMinus } from 'lucide-react';
import { useState } from 'react';
import type { ClassDetail } from '../../../../shared/rest/classes.ts';
import { useTexts } from '../../lib/language.ts';
import { refresh, useShown } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button, ButtonLink, IconButton } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Asked, State, toast } from '../../ui/feedback.tsx';
import { Form } from '../../ui/form.tsx';
import { Head } from '../../ui/frame.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './admin.module.css';
import { ClassForm } from './class-form.tsx';
import { Address, Confirm, RowActions } from './parts.tsx';
import { PersonPicker, type Picked } from './picker.tsx';

/** Who is in a class. */
const Roster = ({ classId }: { classId: string }) => {
  const words = useTexts().admin.classes;
  const one = useShown<ClassDetail>(`/api/v1/classes/${classId}`);
  return (
    <>
      {!one.data && <Head title={words.roster} />}
      <Asked query={one}>{(found) => <Inside of={found} />}</Asked>
    </>
  );
};
export default Roster;

const Inside = ({ of }: { of: ClassDetail }) => {
  const { admin, common } = useTexts();
  const words = admin.classes;
  const [editing, setEditing] = useState(false);
  const [removing, setRemoving] = useState<Picked>();
  const students = of.students.toSorted((a, b) => a.name.localeCompare(b.name));
  const teachers = of.teachers.map(({ name }) => name).join(', ');
  const note = [of.code, common.students(students.length), teachers && words.taughtBy(teachers)];
  return (
    <>
      <Head title={of.className} note={note.filter(Boolean).join(' · ')}>
        <ButtonLink icon={ArrowLeft} href="/">
          {words.title}
        </ButtonLink>
        <Button icon={Pencil} onClick={() => setEditing(true)}>
          {common.edit}
        </Button>
      </Head>
      <div className={styles.list}>
        <AddStudent classId={of.id} />
        {students.length === 0 ? (
          <State title={words.rosterEmpty} note={words.rosterEmptyNote} />
        ) : (
          <Table
            stack
            caption={words.rosterOf(of.className)}
            rows={students}
            keyOf={({ id }) => id}
            columns={[
              { key: 'name', head: admin.name, cell: ({ name }) => name },
              { key: 'email', head: admin.email, cell: ({ email }) => <Address of={email} /> },
              {
                key: 'actions',
                head: <span className="unseen">{admin.actions}</span>,
                cell: (student) => (
                  <RowActions>
                    <IconButton
                      icon={UserMinus}
                      label={`${common.remove}: ${student.name}`}
                      onClick={() => setRemoving(student)}
                    />
                  </RowActions>
                ),
              },
            ]}
          />
        )}
      </div>
      {editing && <ClassForm of={of} onClose={() => setEditing(false)} />}
      {removing && (
        <Confirm
          title={words.removeWhat(removing.name)}
          note={words.removeNote}
          action={common.remove}
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await authorized('DELETE', `/api/v1/classes/${of.id}/students/${removing.id}`);
            toast(words.removed(removing.name));
            void refresh('/api/v1/classes');
          }}
        />
      )}
    </>
  );
};

const AddStudent = ({ classId }: { classId: string }) => {
  const { admin, common } = useTexts();
  const words = admin.classes;
  const [picked, setPicked] = useState<Picked>();
  const [round, setRound] = useState(0);
  return (
    <Card>
      <Form
        submit={common.add}
        onSubmit={async ({ studentId }) => {
          await authorized('POST', `/api/v1/classes/${classId}/students`, { body: { studentId } });
          toast(words.added(picked?.name ?? ''));
          setRound((n) => n + 1);
          void refresh('/api/v1/classes');
        }}
      >
        <PersonPicker
          key={round}
          kind="students"
          label={words.addStudent}
          name="studentId"
          onPick={setPicked}
        />
      </Form>
    </Card>
  );
};
