import { Timer } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useLanguage, useTexts } from '../../lib/language.ts';
import styles from './board.module.css';

const SECOND_MS = 1_000;

/** The server's time in ms, once a second; `offset` is how far it is ahead of this machine's. */
export const useNow = (offset: number): number => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), SECOND_MS);
    return () => clearInterval(timer);
  }, []);
  return now + offset;
};

/** How long until check-in closes, as h:mm:ss. It is not read out each second. */
export const Clock = ({ closesAt, offset }: { closesAt: string; offset: number }) => {
  const { board } = useTexts();
  const language = useLanguage();
  const left = Math.max(0, Math.ceil((Date.parse(closesAt) - useNow(offset)) / SECOND_MS));
  const two = new Intl.NumberFormat(language, { minimumIntegerDigits: 2 });
  const one = new Intl.NumberFormat(language);
  const hours = Math.floor(left / 3600);
  const minutes = Math.floor((left % 3600) / 60);
  const text = [
    ...(hours > 0 ? [one.format(hours)] : []),
    (hours > 0 ? two : one).format(minutes),
    two.format(left % 60),
  ].join(':');
  return (
    <p className={styles.clock} role="timer">
      <Timer aria-hidden /> {board.closesIn(text)}
    </p>
  );
};
