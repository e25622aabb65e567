import { TriangleAlert, X } from 'lucide-react';
import { useState } from 'react';
import { useTexts } from '../../lib/language.ts';
import { IconButton } from '../../ui/button.tsx';
import styles from './board.module.css';

/** Tells the teacher that what the board shows is of no use to phones; it can be put away, as for a try on one machine. */
export const OnlyHere = ({ host }: { host: string }) => {
  const { board, common } = useTexts();
  const [away, setAway] = useState(false);
  if (away) return null;
  return (
    <div className={styles.onlyHere} role="note">
      <TriangleAlert size={20} aria-hidden />
      <div>
        <strong>{board.onlyHere(host)}</strong> {board.onlyHereNote}
      </div>
      <IconButton icon={X} label={`${common.close}: ${board.onlyHere(host)}`} onClick={() => setAway(true)} />
    </div>
  );
};
