import type { ReactNode } from 'react';
import styles from './table.module.css';

export type Column<T> = {
  readonly key: string;
  readonly head: ReactNode;
  readonly cell: (row: T) => ReactNode;
  readonly number?: boolean;
  /** Stays in one line: a time, a day, a code. */
  readonly short?: boolean;
};

/** A table that scrolls within itself where it is too wide. `caption` is for those who hear it. */
export const Table = <T,>({
  caption,
  columns,
  rows,
  keyOf,
  stack = false,
}: {
  caption: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  /** On a narrow screen each row becomes a card, its cells named by their heads. */
  stack?: boolean;
}) => (
  // A region that scrolls must be reachable by keyboard.
  <section
    className={stack ? `${styles.scroll} ${styles.stack}` : styles.scroll}
    // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
    tabIndex={0}
    aria-label={caption}
  >
    <table className={styles.table}>
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ key, head, number }) => (
            <th key={key} scope="col" className={number ? styles.number : undefined}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map(({ key, head, cell, number, short }) => (
              <td
                key={key}
                className={number ? styles.number : short ? styles.short : undefined}
                data-head={stack && typeof head === 'string' ? head : undefined}
              >
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);
