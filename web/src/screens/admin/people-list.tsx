import { KeyRound, Link2, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { refresh } from '../../lib/queries.ts';
import { authorized } from '../../lib/session.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { State, toast } from '../../ui/feedback.tsx';
import { SelectField } from '../../ui/form.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { AccountOf } from './account-of.tsx';
import styles from './admin.module.css';
import { Invite } from './invite.tsx';
import { InviteAll } from './invite-all.tsx';
import { useSections } from './names.ts';
import { Listed, usePages, useSettled } from './pages.tsx';
import { Address, Chip, Confirm, RowActions, SearchBox, Tools } from './parts.tsx';
import { codeOf, type Kind, type Person, PersonForm } from './person-form.tsx';

/** What is open over the list. */
type Over =
  | { readonly what: 'new' }
  | { readonly what: 'invite all' }
  | { readonly what: 'edit' | 'delete' | 'invite' | 'account'; readonly person: Person };

/** The students or the teachers, to be found by name, code and section. */
export const PeopleList = ({ kind }: { kind: Kind }) => {
  const { admin } = useTexts();
  const words = admin.people;
  const [text, setText] = useState('');
  const [sectionId, setSectionId] = useState('');
  const [over, setOver] = useState<Over>();
  const sections = useSections();
  const q = useSettled(text.trim());
  const path = withQuery(`/api/v1/${kind}`, { q, sectionId: kind === 'students' ? sectionId : undefined });
  const pages = usePages<Person>(path);
  const filtered = q !== '' || sectionId !== '';
  return (
    <>
      <Tools>
        <SearchBox label={words.search} value={text} onChange={setText} />
        {kind === 'students' && (
          <SelectField
            label={admin.section}
            name="sectionId"
            value={sectionId}
            onChange={(event) => setSectionId(event.target.value)}
          >
            <option value="">{admin.all}</option>
            {sections.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
        )}
        <Button icon={Plus} variant="primary" onClick={() => setOver({ what: 'new' })}>
          {kind === 'students' ? words.newStudent : words.newTeacher}
        </Button>
        <Button icon={Link2} onClick={() => setOver({ what: 'invite all' })}>
          {words.inviteAll}
        </Button>
      </Tools>
      <Listed
        pages={pages}
        empty={
          filtered ? (
            <State title={admin.nothingFits} note={admin.nothingFitsNote} />
          ) : (
            <State title={words.empty[kind]} note={words.emptyNote} />
          )
        }
      >
        {(people) => <PeopleTable kind={kind} people={people} onOpen={setOver} />}
      </Listed>
      {over && <Overlay kind={kind} path={path} over={over} onClose={() => setOver(undefined)} />}
    </>
  );
};

const Overlay = ({
  kind,
  path,
  over,
  onClose,
}: {
  kind: Kind;
  /** The list as it is filtered. */
  path: string;
  over: Over;
  onClose: () => void;
}) => {
  const { admin, common } = useTexts();
  if (over.what === 'new') return <PersonForm kind={kind} onClose={onClose} />;
  if (over.what === 'invite all') return <InviteAll kind={kind} path={path} onClose={onClose} />;
  const { person } = over;
  switch (over.what) {
    case 'edit':
      return <PersonForm kind={kind} of={person} onClose={onClose} />;
    case 'invite':
      return <Invite kind={kind} person={person} onClose={onClose} />;
    case 'account':
      return <AccountOf id={person.id} name={person.name} onClose={onClose} />;
    case 'delete':
      return (
        <Confirm
          title={admin.deleteWhat(person.name)}
          note={admin.people.deleteNote}
          action={common.delete}
          onClose={onClose}
          onConfirm={async () => {
            await authorized('DELETE', `/api/v1/${kind}/${person.id}`);
            toast(admin.deleted(person.name));
            void refresh(`/api/v1/${kind}`);
            void refresh('/api/v1/users');
          }}
        />
      );
  }
};

const PeopleTable = ({
  kind,
  people,
  onOpen,
}: {
  kind: Kind;
  people: readonly Person[];
  onOpen: (over: Over) => void;
}) => {
  const { admin, common } = useTexts();
  const words = admin.people;
  const format = useFormat();
  const sections = new Map(useSections().map(({ id, name }) => [id, name]));
  const section: Column<Person> = {
    key: 'section',
    head: admin.section,
    cell: ({ sectionId }) => (
      <span className={styles.roomy}>{sectionId ? (sections.get(sectionId) ?? '…') : '–'}</span>
    ),
  };
  const columns: Column<Person>[] = [
    { key: 'name', head: admin.name, cell: ({ name }) => name },
    { key: 'code', head: admin.code, cell: (person) => codeOf(person) ?? '–', short: true },
    ...(kind === 'students' ? [section] : []),
    {
      key: 'email',
      head: admin.email,
      cell: ({ email }) => <Address of={email} />,
    },
    {
      key: 'login',
      head: words.login,
      cell: ({ hasLogin, invitedUntil }) =>
        hasLogin || invitedUntil === undefined ? (
          <Chip tone={hasLogin ? 'good' : 'plain'}>{hasLogin ? words.has : words.hasNot}</Chip>
        ) : (
          <Chip tone="warn">{words.invitedUntil(format.date(invitedUntil))}</Chip>
        ),
    },
    {
      key: 'actions',
      head: <span className="unseen">{admin.actions}</span>,
      cell: (person) => (
        <RowActions>
          {person.hasLogin ? (
            <IconButton
              icon={KeyRound}
              label={words.accountOf(person.name)}
              onClick={() => onOpen({ what: 'account', person })}
            />
          ) : (
            <IconButton
              icon={Link2}
              label={words.inviteWhom(person.name)}
              onClick={() => onOpen({ what: 'invite', person })}
            />
          )}
          <IconButton
            icon={Pencil}
            label={words.edit(person.name)}
            onClick={() => onOpen({ what: 'edit', person })}
          />
          <IconButton
            icon={Trash2}
            label={`${common.delete}: ${person.name}`}
            onClick={() => onOpen({ what: 'delete', person })}
          />
        </RowActions>
      ),
    },
  ];
  return <Table stack caption={words.tabs[kind]} rows={people} keyOf={({ id }) => id} columns={columns} />;
};
