import { Download, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Status } from '../../../../shared/status.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { useNarrow } from '../../lib/narrow.ts';
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

/**
 * The columns of a table of shares: whose it is, the share, how often each status. On a phone the statuses that there are
 * stand below the name: columns of their own would be out of sight.
 */
export const useShareColumns = <T extends Tally & { readonly percentage: number | null }>({
  head,
  name,
  mark,
  further = [],
}: {
  head: string;
  name: (row: T) => string;
  mark: number;
  /** Figures after those of the statuses. */
  further?: readonly { readonly head: string; readonly of: (row: T) => number }[];
}): Column<T>[] => {
  const { analytics, status } = useTexts();
  const format = useFormat();
  const narrow = useNarrow();
  const figures = [
    ...SHOWN.map((one) => ({ head: status[one], of: (row: T): number => row[one] })),
    ...further,
  ];
  const share: Column<T> = {
    key: 'percentage',
    head: analytics.attendance,
    cell: ({ percentage }) => <Share value={percentage} mark={mark} />,
    number: true,
  };
  if (narrow)
    return [
      {
        key: 'name',
        head,
        cell: (row) => (
          <span className={styles.together}>
            {name(row)}
            <span className={styles.note}>
              {figures
                .filter((one) => one.of(row) > 0)
                .map((one) => `${one.head} ${format.number(one.of(row))}`)
                .join(' · ')}
            </span>
          </span>
        ),
      },
      share,
    ];
  return [
    { key: 'name', head, cell: name },
    share,
    ...figures.map((one) => ({
      key: one.head,
      head: one.head,
      cell: (row: T) => format.number(one.of(row)),
      number: true,
    })),
  ];
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
