import { Pencil, X } from 'lucide-react';
import { useState } from 'react';
import { Fault } from '../../../../../shared/faults.ts';
import type { SessionView } from '../../../../../shared/rest/sessions.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { keepMissed, type Missed, settleMissed } from '../../../lib/missed.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { toast } from '../../../ui/feedback.tsx';
import { sentenceOf } from '../../../ui/form.tsx';
import { StatusChip } from '../../../ui/status.tsx';
import { CorrectDialog } from '../records/correct.tsx';
import { CorrectAllDialog } from './correct-all.tsx';
import { correctable, isTooLate, type Line } from './gather.ts';
import styles from './missed.module.css';
import { StudentName } from './name.tsx';

/** Why there is no record beside a mark. */
const useWhyNone = (session: SessionView | undefined) => {
  const { missed } = useTexts().teacher;
  return ({ last }: Line): string => {
    if (!isTooLate(last)) return sentenceOf(new Fault(last.code));
    if (session?.state === 'cancelled') return missed.wasCancelled;
    return session?.state === 'live' || session?.state === 'closing' ? missed.notYet : missed.noRecord;
  };
};

/** Each mark that is in no record: what was tapped and when, what the record says now, and what is to become of it. */
export const MissedList = ({
  lines,
  session,
  names,
}: {
  lines: readonly Line[];
  session: SessionView | undefined;
  names: ReadonlyMap<string, string>;
}) => {
  const { teacher } = useTexts();
  const { missed } = teacher;
  const format = useFormat();
  const whyNone = useWhyNone(session);
  const [open, setOpen] = useState<'all' | { readonly studentId: string }>();
  const close = () => setOpen(undefined);
  const all = correctable(lines);
  const one =
    typeof open === 'object' ? lines.find(({ studentId }) => studentId === open.studentId) : undefined;

  const nameOf = (studentId: string) => names.get(studentId);
  const called = ({ studentId, record }: Line) =>
    names.get(studentId) ?? record?.studentName ?? teacher.unknownName;
  const reasonFor = (marks: readonly Missed[]) => {
    const end = session?.closedAt;
    return end !== undefined && marks.every(({ mark }) => mark.at <= end) ? missed.before : missed.after;
  };
  const letGo = (those: readonly Line[]) => {
    const marks = those.flatMap((line) => line.all);
    settleMissed(marks);
    toast(missed.goneMany(those.length), { text: teacher.undo, run: () => keepMissed(marks) });
  };
  /** The hour alone on the day of the register. */
  const when = (at: string) => {
    const isThatDay = session && format.date(at) === format.date(session.openedAt);
    return isThatDay ? format.time(at) : format.moment(at);
  };
  return (
    <>
      <ul className={styles.lines}>
        {lines.map((line) => {
          const { studentId, last, record } = line;
          const { status, at, reason } = last.mark;
          return (
            <li key={studentId} className={styles.line}>
              <StudentName id={studentId} known={names.get(studentId) ?? record?.studentName} />
              <span className={styles.cell}>
                <span className={styles.note}>{missed.marked}</span>
                {status === 'unmarked' ? <b>{missed.tookBack}</b> : <StatusChip status={status} />}
                <span className={styles.note}>{[when(at), reason].filter(Boolean).join(' · ')}</span>
              </span>
              <span className={styles.cell}>
                <span className={styles.note}>{missed.record}</span>
                {record ? <StatusChip status={record.status} /> : <b>{whyNone(line)}</b>}
              </span>
              <span className={styles.buttons}>
                {record && (
                  <IconButton
                    icon={Pencil}
                    label={missed.correctOne(called(line))}
                    onClick={() => setOpen({ studentId })}
                  />
                )}
                <IconButton icon={X} label={missed.letGoOne(called(line))} onClick={() => letGo([line])} />
              </span>
            </li>
          );
        })}
      </ul>
      <div className={styles.ends}>
        <Button onClick={() => letGo(lines)}>{missed.letGo(lines.length)}</Button>
        {all.length > 0 && (
          <Button variant="primary" icon={Pencil} onClick={() => setOpen('all')}>
            {missed.correct(all.length)}
          </Button>
        )}
      </div>
      {open === 'all' && all.length > 0 && (
        <CorrectAllDialog
          lines={all}
          nameOf={nameOf}
          reason={reasonFor(all.flatMap((line) => line.all))}
          onClose={close}
        />
      )}
      {one?.record && (
        <CorrectDialog
          record={one.record}
          name={called(one)}
          suggested={{
            status: one.last.mark.status === 'unmarked' ? one.record.status : one.last.mark.status,
            reason: [one.last.mark.reason, reasonFor(one.all)].filter(Boolean).join(' · '),
          }}
          onCorrected={() => settleMissed(one.all)}
          onClose={close}
        />
      )}
    </>
  );
};
