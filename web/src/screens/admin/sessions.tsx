import { useState } from 'react';
import { Link } from 'wouter';
import type { SessionState } from '../../../../shared/protocol/index.ts';
import type { SessionView } from '../../../../shared/rest/sessions.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { State } from '../../ui/feedback.tsx';
import { Choices, SelectField } from '../../ui/form.tsx';
import { Head } from '../../ui/frame.tsx';
import { Table } from '../../ui/table.tsx';
import styles from './admin.module.css';
import { useClassNames } from './names.ts';
import { Listed, usePages } from './pages.tsx';
import { Tools } from './parts.tsx';
import { type Ending, EndSession, SessionButtons, SessionChip, thereOf } from './session-parts.tsx';

type Filter = 'all' | Exclude<SessionState, 'closing'>;
const FILTERS: readonly Filter[] = ['all', 'live', 'final', 'cancelled'];

/** Every taking of a register, the newest first. */
const Sessions = () => {
  const { admin } = useTexts();
  const words = admin.sessions;
  const format = useFormat();
  const { classes, nameOf } = useClassNames();
  const [filter, setFilter] = useState<Filter>('all');
  const [classId, setClassId] = useState('');
  const [ending, setEnding] = useState<Ending>();
  const pages = usePages<SessionView>(
    withQuery('/api/v1/sessions', { state: filter === 'all' ? undefined : filter, classId }),
  );
  return (
    <>
      <Head title={words.title} />
      <Tools>
        <Choices<Filter>
          legend={admin.state}
          name="state"
          value={filter}
          onChoose={setFilter}
          options={FILTERS.map((one) => [one, one === 'all' ? admin.all : words.states[one]])}
        />
        <SelectField
          label={admin.class}
          name="classId"
          value={classId}
          onChange={(event) => setClassId(event.target.value)}
        >
          <option value="">{admin.all}</option>
          {classes.map(({ id, className }) => (
            <option key={id} value={id}>
              {className}
            </option>
          ))}
        </SelectField>
      </Tools>
      <Listed pages={pages} empty={<State title={words.empty} note={words.emptyNote} />}>
        {(sessions) => (
          <Table
            stack
            caption={words.title}
            rows={sessions}
            keyOf={({ id }) => id}
            columns={[
              {
                key: 'class',
                head: admin.class,
                cell: (one) => (
                  <Link
                    className={styles.name}
                    href={`/admin/sessions/${one.id}`}
                    aria-label={words.openWhat(`${nameOf(one.classId)} · ${format.moment(one.openedAt)}`)}
                  >
                    {nameOf(one.classId)}
                  </Link>
                ),
              },
              { key: 'day', head: admin.day, cell: ({ date }) => format.day(date), short: true },
              {
                key: 'opened',
                head: words.opened,
                cell: ({ openedAt }) => format.time(openedAt),
                short: true,
              },
              { key: 'room', head: words.room, cell: ({ room }) => room ?? '–' },
              { key: 'state', head: admin.state, cell: ({ state }) => <SessionChip state={state} /> },
              {
                key: 'there',
                head: words.there,
                number: true,
                cell: ({ counts }) => thereOf(counts, words, format),
              },
              {
                key: 'actions',
                head: <span className="unseen">{admin.actions}</span>,
                cell: (one) => (
                  <SessionButtons of={one} name={nameOf(one.classId)} size="small" onEnd={setEnding} />
                ),
              },
            ]}
          />
        )}
      </Listed>
      {ending && <EndSession ending={ending} onClose={() => setEnding(undefined)} />}
    </>
  );
};
export default Sessions;
