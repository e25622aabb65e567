import { useTexts } from '../../lib/language.ts';
import styles from './board.module.css';
import { useNow } from './clock.tsx';

/** The six digits, as large as there is room for, in two groups as people say them. */
export const Code = ({
  code,
  expiresAt,
  offset,
  host,
}: {
  code: string;
  expiresAt: string | undefined;
  offset: number;
  /** Where students type it. */
  host: string;
}) => {
  const { board } = useTexts();
  const now = useNow(offset);
  if (expiresAt !== undefined && now >= Date.parse(expiresAt))
    return (
      <section className={styles.code}>
        <h2>{board.codeOver}</h2>
      </section>
    );
  const half = Math.ceil(code.length / 2);
  return (
    <section className={styles.code}>
      <h2>{board.code}</h2>
      <p className={styles.digits} dir="ltr">
        <span className="unseen">{[...code].join(' ')}</span>
        <span aria-hidden="true">{code.slice(0, half)}</span>
        <span aria-hidden="true">{code.slice(half)}</span>
      </p>
      <p className={styles.address} dir="ltr">
        {host}/check-in
      </p>
    </section>
  );
};
