import type { Counts, Status } from '../../../shared/status.ts';
import styles from './ring.module.css';

const ORDER: readonly Status[] = ['present', 'late', 'partial', 'excused', 'absent'];
const R = 44;
const ROUND = 2 * Math.PI * R;

/** A ring that fills as a class is marked. It is a picture only: the figures stand beside it in words. */
export const Ring = ({ counts, width = 10 }: { counts: Counts; width?: number }) => {
  const all = Math.max(1, counts.enrolled);
  let before = 0;
  return (
    <svg className={styles.ring} viewBox="0 0 100 100" aria-hidden="true">
      <circle className={styles.track} cx="50" cy="50" r={R} fill="none" strokeWidth={width} />
      {ORDER.map((status) => {
        const length = (counts[status] / all) * ROUND;
        const offset = before;
        before += length;
        return (
          length > 0 && (
            <circle
              key={status}
              className={`${styles.part} ${styles[status]}`}
              cx="50"
              cy="50"
              r={R}
              fill="none"
              strokeWidth={width}
              strokeDasharray={`${length} ${ROUND - length}`}
              strokeDashoffset={-offset}
              transform="rotate(-90 50 50)"
            />
          )
        );
      })}
    </svg>
  );
};
