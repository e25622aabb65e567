import type { ReactNode } from 'react';
import styles from './card.module.css';

/** A piece of paper with one matter on it. */
export const Card = ({ narrow = false, children }: { narrow?: boolean; children: ReactNode }) => (
  <section className={narrow ? `${styles.card} ${styles.narrow}` : styles.card}>{children}</section>
);

/** Cards side by side, as many as there is room for. */
export const Cards = ({ children }: { children: ReactNode }) => <ul className={styles.grid}>{children}</ul>;
