import type { RecordHistory, RecordView } from '../../../../../shared/rest/records.ts';
import { useFormat, useTexts } from '../../../lib/language.ts';
import { useShown } from '../../../lib/queries.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Asked } from '../../../ui/feedback.tsx';
import { StatusChip } from '../../../ui/status.tsx';
import styles from './records.module.css';

/** How a record came to say what it says, the oldest first. */
export const HistoryDialog = ({
  record,
  name,
  onClose,
}: {
  record: RecordView;
  name: string;
  onClose: () => void;
}) => {
  const { teacher, source } = useTexts();
  const format = useFormat();
  const history = useShown<RecordHistory>(`/api/v1/attendance/records/${record.id}/history`);
  return (
    <Dialog title={teacher.historyOf(name)} onClose={onClose}>
      <Asked query={history}>
        {({ lines }) => (
          <ol className={styles.lines}>
            {lines.map(({ kind, from, to, applied, at, byName, reason, ...line }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end
              <li key={i} className={applied ? undefined : styles.unapplied}>
                <span className={styles.cell}>
                  {from !== null && applied && (
                    <>
                      <StatusChip status={from} /> {teacher.became}{' '}
                    </>
                  )}
                  <StatusChip status={to} />
                </span>
                <span className={styles.note}>
                  {[
                    kind === 'correction' ? teacher.correction : source[line.source],
                    format.moment(at),
                    byName,
                    line.minutesLate && teacher.minutesLate(line.minutesLate),
                    line.flags?.includes('shared-device') && teacher.sharedDevice,
                    !applied && teacher.notApplied,
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </span>
                {reason && (
                  <p>
                    <q dir="auto">{reason}</q>
                  </p>
                )}
              </li>
            ))}
          </ol>
        )}
      </Asked>
    </Dialog>
  );
};
