import type { Session } from '../../../../shared/protocol/index.ts';
import type { Counts } from '../../../../shared/status.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { Ring } from '../../ui/ring.tsx';
import styles from './board.module.css';
import { filling, hereOf } from './here.ts';

/** The calm picture after the end. */
export const Over = ({ session, counts }: { session: Session; counts: Counts | undefined }) => {
  const { board } = useTexts();
  const format = useFormat();
  const cancelled = session.state === 'cancelled';
  return (
    <div className={styles.over}>
      {counts && !cancelled && (
        <div className={styles.overRing}>
          <Ring counts={filling(counts)} width={9} />
          <p>
            <strong>{board.of(format.number(hereOf(counts)), format.number(counts.enrolled))}</strong>
            <span>{board.checkedIn}</span>
          </p>
        </div>
      )}
      <div className={styles.overWords}>
        <h2>{cancelled ? board.cancelled : board.over}</h2>
        <p>{cancelled ? board.cancelledNote : board.overNote}</p>
      </div>
    </div>
  );
};
