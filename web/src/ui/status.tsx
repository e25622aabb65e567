import type { Status } from '../../../shared/status.ts';
import { useTexts } from '../lib/language.ts';
import styles from './status.module.css';
import { STATUS_ICONS } from './status-icons.tsx';

export { STATUS_ICONS } from './status-icons.tsx';

export type Shown = Status | 'unmarked';

/** Every status that can be given, in the order in which people think of them. */
export const STATUSES: readonly Status[] = ['present', 'late', 'absent', 'excused', 'partial'];

/** A status as a sign and a word. */
export const StatusChip = ({ status }: { status: Shown }) => {
  const texts = useTexts();
  const Icon = STATUS_ICONS[status];
  return (
    <span className={`${styles.chip} ${styles[status]}`}>
      <Icon size={16} aria-hidden /> {texts.status[status]}
    </span>
  );
};
