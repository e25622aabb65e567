import { ArrowRight } from 'lucide-react';
import type { RecordHistory } from '../../../../shared/rest/records.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useShown } from '../../lib/queries.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Asked } from '../../ui/feedback.tsx';
import { StatusChip } from '../../ui/status.tsx';
import styles from './history.module.css';

/** How a record came to say what it says; of who did it a student is not told. */
export const RecordStory = ({ id, onClose }: { id: string; onClose: () => void }) => {
  const { student, source } = useTexts();
  const format = useFormat();
  const query = useShown<RecordHistory>(`/api/v1/attendance/records/${id}/history`);
  return (
    <Dialog title={student.story} onClose={onClose}>
      <Asked query={query}>
        {({ lines }) => (
          <ol className={styles.story}>
            {lines.map(({ kind, from, to, at, source: by, reason }) => (
              <li key={`${at} ${to} ${kind}`}>
                <p>
                  <strong>{kind === 'correction' ? student.correctedLater : source[by]}</strong> ·{' '}
                  {format.moment(at)}
                </p>
                <p className={styles.change}>
                  {kind === 'correction' && from && (
                    <>
                      <StatusChip status={from} />
                      <ArrowRight size={16} aria-label={student.became} />
                    </>
                  )}
                  <StatusChip status={to} />
                </p>
                {reason && <p>{student.reason(reason)}</p>}
              </li>
            ))}
          </ol>
        )}
      </Asked>
    </Dialog>
  );
};
