import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { ClassView } from '../../../../shared/rest/classes.ts';
import { useAll } from '../../lib/all.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Asked, State, toast } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './admin.module.css';
import { ClassForm } from './class-form.tsx';
import { useSections, useTeacherNames } from './names.ts';
import { Confirm, RowActions, SearchBox, Tools } from './parts.tsx';

const fits = (one: ClassView, owner: string, text: string): boolean =>
  `${one.className} ${one.code ?? ''} ${owner}`.toLocaleLowerCase().includes(text);

/** Every class of the school. */
export const Classes = () => {
  const { admin, common } = useTexts();
  const words = admin.classes;
  const classes = useAll<ClassView>('/api/v1/classes');
  const [text, setText] = useState('');
  const [editing, setEditing] = useState<ClassView | 'new'>();
  const [removing, setRemoving] = useState<ClassView>();
  const count = classes.data?.data.length;
  return (
    <>
      <Head title={words.title} note={count === undefined ? undefined : words.note(count)}>
        <Button icon={Plus} variant="primary" onClick={() => setEditing('new')}>
          {words.new}
        </Button>
      </Head>
      <Tools>
        <SearchBox label={words.search} value={text} onChange={setText} />
      </Tools>
      <Asked query={classes}>
        {(all) => <ClassTable all={all} text={text} onEdit={setEditing} onRemove={setRemoving} />}
      </Asked>
      {editing && (
        <ClassForm of={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />
      )}
      {removing && (
        <Confirm
          title={admin.deleteWhat(removing.className)}
          note={words.deleteNote}
          action={common.delete}
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            await authorized('DELETE', `/api/v1/classes/${removing.id}`);
            toast(admin.deleted(removing.className));
            void refresh('/api/v1/classes');
          }}
        />
      )}
    </>
  );
};

const ClassTable = ({
  all,
  text,
  onEdit,
  onRemove,
}: {
  all: readonly ClassView[];
  text: string;
  onEdit: (one: ClassView) => void;
  onRemove: (one: ClassView) => void;
}) => {
  const { admin, common } = useTexts();
  const words = admin.classes;
  const format = useFormat();
  const teacherOf = useTeacherNames(all.map(({ teacherId }) => teacherId));
  const sections = new Map(useSections().map(({ id, name }) => [id, name]));
  const rows = all
    .filter((one) => fits(one, teacherOf(one.teacherId), text.trim().toLocaleLowerCase()))
    .toSorted((a, b) => a.className.localeCompare(b.className));
  if (rows.length === 0)
    return all.length === 0 ? (
      <State title={words.empty} note={words.emptyNote} />
    ) : (
      <State title={admin.nothingFits} note={admin.nothingFitsNote} />
    );
  return (
    <Table
      stack
      caption={words.title}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        {
          key: 'name',
          head: admin.class,
          cell: ({ id, className }) => (
            <Link className={styles.name} href={`/admin/classes/${id}`}>
              {className}
            </Link>
          ),
        },
        { key: 'code', head: admin.code, cell: ({ code }) => code ?? '–', short: true },
        { key: 'owner', head: words.owner, cell: ({ teacherId }) => teacherOf(teacherId) },
        {
          key: 'sections',
          head: words.sections,
          cell: ({ sectionIds }) => sectionIds.map((id) => sections.get(id) ?? '…').join(', ') || '–',
        },
        {
          key: 'students',
          head: admin.people.tabs.students,
          number: true,
          cell: ({ studentCount }) => format.number(studentCount),
        },
        {
          key: 'actions',
          head: <span className="unseen">{admin.actions}</span>,
          cell: (one) => (
            <RowActions>
              <IconButton icon={Pencil} label={words.edit(one.className)} onClick={() => onEdit(one)} />
              <IconButton
                icon={Trash2}
                label={`${common.delete}: ${one.className}`}
                onClick={() => onRemove(one)}
              />
            </RowActions>
          ),
        },
      ]}
    />
  );
};
