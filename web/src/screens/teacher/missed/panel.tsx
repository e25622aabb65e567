import { TriangleAlert } from 'lucide-react';
import { useId } from 'react';
import type { ClassDetail } from '../../../../../shared/rest/classes.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { type Missed, useMissed } from '../../../lib/missed.ts';
import { useShown } from '../../../lib/queries.ts';
import { ButtonLink } from '../../../ui/button.tsx';
import { isTooLate, linesOf } from './gather.ts';
import { MissedList } from './list.tsx';
import styles from './missed.module.css';
import { type Known, useBinding, useLines } from './use-lines.ts';

type PanelProps = {
  classId: string;
  marks: readonly Missed[];
  /** Says only that there are some, with the way to them: where the page is for something else. */
  brief: boolean;
};

const Panel = ({ classId, marks, brief, known }: PanelProps & { known: Known }) => {
  const { teacher } = useTexts();
  const { missed } = teacher;
  const format = useFormat();
  const titleId = useId();
  const detail = useShown<ClassDetail>(`/api/v1/classes/${classId}`).data?.data;
  const { lines, session, isGone } = known;
  if (lines.length === 0) return null;
  const className = detail?.className ?? teacher.register;
  // What is live has no page of records, and what cannot be read has none for this teacher.
  const isBrief = brief && !isGone && session?.state !== 'live';
  const isLate = marks.some(isTooLate);
  return (
    <section className={styles.panel} aria-labelledby={titleId}>
      <TriangleAlert className={styles.sign} size={22} aria-hidden />
      <div className={styles.head}>
        <h2 id={titleId}>{missed.title(lines.length)}</h2>
        <p className={styles.note}>
          {session
            ? missed.from(className, format.moment(session.openedAt))
            : marks.every(({ mark }) => mark.sessionId === undefined)
              ? missed.unknownRegister(className)
              : className}
        </p>
        {!isBrief && <p>{isLate ? missed.note : missed.otherNote}</p>}
      </div>
      {isBrief ? (
        <ButtonLink
          href={session ? `/teach/${classId}/sessions/${session.id}` : `/teach/${classId}`}
          variant="primary"
        >
          {missed.look}
        </ButtonLink>
      ) : (
        <div className={styles.rest}>
          <MissedList
            lines={lines}
            session={session}
            names={new Map(detail?.students.map(({ id, name }) => [id as string, name]))}
          />
        </div>
      )}
    </section>
  );
};

const OfSession = ({ sessionId, ...props }: PanelProps & { sessionId: string }) => (
  <Panel {...props} known={useLines(sessionId, props.marks)} />
);

const Unbound = (props: PanelProps) => {
  useBinding(props.classId, props.marks);
  return <Panel {...props} known={{ lines: linesOf(props.marks), isGone: false }} />;
};

/** The marks of a class, or of one of its sessions, that are in no record; nothing where there are none. */
export const MissedMarks = ({
  classId,
  sessionId,
  brief = false,
}: {
  classId: string;
  sessionId?: string;
  brief?: boolean;
}) => {
  const mine = useMissed().filter(({ mark }) => mark.classId === classId);
  const bySession = new Map<string | undefined, Missed[]>();
  for (const one of mine)
    bySession.set(one.mark.sessionId, [...(bySession.get(one.mark.sessionId) ?? []), one]);
  const shown = [...bySession].filter(
    ([id]) => sessionId === undefined || id === undefined || id === sessionId,
  );
  if (shown.length === 0) return null;
  return (
    <div className={styles.panels}>
      {shown.map(([id, marks]) =>
        id === undefined ? (
          <Unbound key="none" classId={classId} marks={marks} brief={brief} />
        ) : (
          <OfSession key={id} sessionId={id} classId={classId} marks={marks} brief={brief} />
        ),
      )}
    </div>
  );
};

/** What is in no record in any class, each with the way to it. */
export const MissedEverywhere = () => {
  const classIds = new Set(useMissed().map(({ mark }) => mark.classId));
  return [...classIds].map((classId) => <MissedMarks key={classId} classId={classId} brief />);
};
