import { useTexts } from '../../../lib/language.ts';
import { settleMissed } from '../../../lib/missed.ts';
import { authorized } from '../../../lib/session.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { toast } from '../../../ui/feedback.tsx';
import { Form, TextField } from '../../../ui/form.tsx';
import { StatusChip } from '../../../ui/status.tsx';
import { refreshRecords } from '../records/correct.tsx';
import type { Correctable } from './gather.ts';
import styles from './missed.module.css';

/** So many corrections are under way at once. */
const AT_ONCE = 4;
/** As many characters as a reason may have. */
const REASON = 500;

const correct = ({ record, status, last }: Correctable, reason: string) =>
  authorized('PATCH', `/api/v1/attendance/records/${record.id}`, {
    body: {
      status,
      reason: [last.mark.reason, reason].filter(Boolean).join(' · ').slice(0, REASON),
      revision: record.revision,
    },
  });

/** Makes the records say what was marked, with a reason, after showing what becomes of each. */
export const CorrectAllDialog = ({
  lines,
  nameOf,
  reason,
  onClose,
}: {
  lines: readonly Correctable[];
  nameOf: (studentId: string) => string | undefined;
  /** What is suggested. */
  reason: string;
  onClose: () => void;
}) => {
  const { teacher } = useTexts();
  const { missed } = teacher;
  return (
    <Dialog title={missed.correctTitle(lines.length)} onClose={onClose}>
      <Form
        submit={missed.correct(lines.length)}
        onSubmit={async (values) => {
          const left = [...lines];
          const failed: unknown[] = [];
          let done = 0;
          const work = async () => {
            for (let line = left.shift(); line; line = left.shift())
              try {
                await correct(line, values.reason ?? '');
                done += 1;
                settleMissed(line.all);
              } catch (error) {
                failed.push(error);
              }
          };
          await Promise.all(Array.from({ length: AT_ONCE }, work));
          if (done > 0) toast(missed.correctedMany(done));
          const reading = refreshRecords();
          if (failed.length === 0) return onClose();
          // Where somebody else was first, what they wrote is shown above before it is tried again.
          await reading;
          throw failed[0];
        }}
      >
        <ul className={styles.becomes}>
          {lines.map(({ studentId, record, status }) => (
            <li key={studentId}>
              <b>{nameOf(studentId) ?? record.studentName ?? teacher.unknownName}</b>
              <span className={styles.cell}>
                <StatusChip status={record.status} /> {teacher.became} <StatusChip status={status} />
              </span>
            </li>
          ))}
        </ul>
        <TextField
          label={teacher.reason}
          name="reason"
          maxLength={REASON}
          autoComplete="off"
          defaultValue={reason}
          hint={teacher.reasonHint}
        />
      </Form>
    </Dialog>
  );
};
