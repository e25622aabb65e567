import { ArrowLeft, ListChecks, MonitorPlay, Radio } from 'lucide-react';
import { useState } from 'react';
import type { SessionView } from '../../../../shared/rest/sessions.ts';
import { withQuery } from '../../lib/api.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Asked, State } from '../../ui/feedback.tsx';
import { Head } from '../../ui/frame.tsx';
import styles from './admin.module.css';
import { useClassNames } from './names.ts';
import { RecordList } from './record-list.tsx';
import { type Ending, EndSession, SessionButtons, SessionChip, thereOf } from './session-parts.tsx';

/** One session and its records. */
const OneSession = ({ sessionId }: { sessionId: string }) => {
  const words = useTexts().admin.sessions;
  const one = useShown<SessionView>(`/api/v1/sessions/${sessionId}`);
  return (
    <>
      {!one.data && <Head title={words.title} />}
      <Asked query={one}>{(found) => <Inside of={found} />}</Asked>
    </>
  );
};
export default OneSession;

const Inside = ({ of }: { of: SessionView }) => {
  const { admin, teacher } = useTexts();
  const words = admin.sessions;
  const format = useFormat();
  const { nameOf } = useClassNames();
  const [ending, setEnding] = useState<Ending>();
  const name = nameOf(of.classId);
  return (
    <>
      <Head title={`${name} · ${format.day(of.date)}`} note={of.room}>
        <ButtonLink icon={ArrowLeft} href="/admin/sessions">
          {words.title}
        </ButtonLink>
        {of.state === 'live' && (
          <>
            <ButtonLink icon={ListChecks} href={`/teach/${of.classId}`}>
              {teacher.register}
            </ButtonLink>
            <ButtonLink icon={MonitorPlay} href={`/board/${of.id}`}>
              {words.board}
            </ButtonLink>
          </>
        )}
        <SessionButtons of={of} name={name} onEnd={setEnding} />
      </Head>
      <dl className={styles.summary}>
        {(
          [
            [admin.state, <SessionChip key="state" state={of.state} />],
            [words.opened, format.moment(of.openedAt)],
            [words.closed, of.closedAt ? format.moment(of.closedAt) : '–'],
            [words.there, thereOf(of.counts, words, format)],
          ] as const
        ).map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {of.state === 'final' ? (
        <RecordList
          path={withQuery('/api/v1/attendance/records', { sessionId: of.id })}
          withoutClass
          empty={<State title={words.noRecords} />}
        />
      ) : of.state === 'cancelled' ? (
        <State title={words.noRecords} note={words.cancelledNote} />
      ) : (
        <State icon={Radio} title={words.states[of.state]} note={words.liveNote} />
      )}
      {ending && <EndSession ending={ending} onClose={() => setEnding(undefined)} />}
    </>
  );
};
