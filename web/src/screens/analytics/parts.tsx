import { Download, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Status } from '../../../../shared/status.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/table.tsx';
import styles from './analytics.module.css';

/** The statuses in the order in which the tables have them. */
export const SHOWN = ['present', 'late', 'partial', 'excused', 'absent'] as const satisfies Status[];
type Tally = { readonly [status in (typeof SHOWN)[number]]: number };

/** A matter of this page: its name, what can be set, and what comes of it. */
export const Part = ({
  title,
  note,
  controls,
  children,
}: {
  title: string;
  note: string;
  controls: ReactNode;
  children: ReactNode;
}) => (
  <section className={styles.part} aria-label={title}>
    <div className={styles.partHead}>
      <div>
        <h2>{title}</h2>
        <p className={styles.note}>{note}</p>
      </div>
      <div className={styles.controls}>{controls}</div>
    </div>
    {children}
  </section>
);

/** A labelled control in one line with others; `wrong` says what is not right with it. */
export const Control = ({
  id,
  label,
  wrong,
  children,
}: {
  id: string;
  label: string;
  wrong?: string | undefined;
  children: ReactNode;
}) => (
  <div className={styles.control}>
    <label htmlFor={id}>{label}</label>
    {children}
    <div role="alert" id={`${id}-wrong`} className={styles.wrong}>
      {wrong}
    </div>
  </div>
);

/** A share as a figure and a bar; below the mark also with a sign and a word. */
export const Share = ({ value, mark }: { value: number | null; mark: number }) => {
  const { analytics } = useTexts();
  const format = useFormat();
  const isBelow = value !== null && value < mark;
  return (
    <span className={styles.share}>
      {isBelow && (
        <span className={styles.below}>
          <TriangleAlert size={16} aria-hidden /> {analytics.below}
        </span>
      )}
      <span className={styles.track} aria-hidden>
        <span className={isBelow ? styles.low : styles.enough} style={{ inlineSize: `${value ?? 0}%` }} />
      </span>
      <span className={styles.figure}>{format.percent(value)}</span>
    </span>
  );
};

/** A column for each status. */
export const useTallyColumns = <T extends Tally>(): Column<T>[] => {
  const { status } = useTexts();
  const format = useFormat();
  return SHOWN.map((one) => ({
    key: one,
    head: status[one],
    cell: (row) => format.number(row[one]),
    number: true,
  }));
};

/** Gives what a table shows as a file. */
export const DownloadButton = ({ onClick }: { onClick: () => void }) => {
  const { analytics } = useTexts();
  return (
    <div className={styles.download}>
      <Button size="small" variant="quiet" icon={Download} onClick={onClick}>
        {analytics.download}
      </Button>
    </div>
  );
};
