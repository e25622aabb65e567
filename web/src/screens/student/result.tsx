import { CircleCheckBig, Clock, Hourglass } from 'lucide-react';
import { type ReactNode, useEffect, useRef } from 'react';
import type { CheckedIn } from '../../../../shared/protocol/index.ts';
import { useFormat, useTexts } from '../../lib/language.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { StatusChip } from '../../ui/status.tsx';
import styles from './check-in.module.css';

/** What a check-in came to, and what it still needs. `children`: how to give that. */
export const Result = ({
  outcome: { status, at, minutesLate, repeated, missing = [] },
  className,
  onAnother,
  children,
}: {
  outcome: CheckedIn;
  className: string | undefined;
  onAnother: () => void;
  children?: ReactNode;
}) => {
  const { student, method, common } = useTexts();
  const format = useFormat();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const waits = missing.length > 0;
  const Icon = waits ? Hourglass : status === 'late' ? Clock : CircleCheckBig;
  const look = waits ? styles.waits : status === 'late' ? styles.late : styles.done;
  return (
    <section className={`${styles.result} ${look}`}>
      <span className={styles.sign}>
        <Icon size={44} aria-hidden />
      </span>
      <h2 ref={heading} tabIndex={-1}>
        {waits ? student.oneMore : repeated ? student.already : student.checkedIn}
      </h2>
      {className && <p className={styles.where}>{className}</p>}
      <p className={styles.facts}>
        {status && <StatusChip status={status} />}
        <span>{student.at(format.time(at))}</span>
        {minutesLate !== undefined && minutesLate > 0 && <span>{student.minutesLate(minutesLate)}</span>}
      </p>
      {waits && (
        <ul className={styles.missing}>
          {missing.map((one) => (
            <li key={one}>
              <strong>{method[one]}</strong> {student.stillNeeded[one]}
            </li>
          ))}
        </ul>
      )}
      {children}
      <div className={styles.after}>
        {!waits && (
          <ButtonLink href="/" variant="primary">
            {common.close}
          </ButtonLink>
        )}
        <Button variant="quiet" onClick={onAnother}>
          {student.another}
        </Button>
      </div>
    </section>
  );
};
