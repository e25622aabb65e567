import { useEffect, useId, useRef } from 'react';
import { useTexts } from '../../lib/language.ts';
import styles from './check-in.module.css';

const LENGTH = 6;
const PLACES = ['1st', '2nd', '3rd', '4th', '5th', '6th'];

/** Digits of any script as 0 to 9, and nothing else. */
const digitsIn = (text: string): string =>
  [...text.normalize('NFKC')]
    .map((sign) => {
      const at = sign.charCodeAt(0);
      if (at >= 0x660 && at <= 0x669) return String(at - 0x660);
      if (at >= 0x6f0 && at <= 0x6f9) return String(at - 0x6f0);
      return /\d/.test(sign) ? sign : '';
    })
    .join('')
    .slice(0, LENGTH);

/** The six digits, large, in one field that can be typed and pasted into; sends itself with the last one. */
export const Digits = ({
  value,
  onChange,
  onFull,
  disabled,
  invalid,
}: {
  value: string;
  onChange: (value: string) => void;
  onFull: (value: string) => void;
  disabled: boolean;
  invalid: boolean;
}) => {
  const { student } = useTexts();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!disabled) input.current?.focus({ preventScroll: true });
  }, [disabled]);
  return (
    <div className={styles.codeField}>
      <label htmlFor={id}>{student.code}</label>
      <div className={styles.digits} dir="ltr">
        {PLACES.map((place, i) => (
          <span
            key={place}
            className={i === Math.min(value.length, LENGTH - 1) ? styles.next : undefined}
            aria-hidden
          >
            {value[i] ?? ''}
          </span>
        ))}
        <input
          ref={input}
          id={id}
          value={value}
          inputMode="numeric"
          autoComplete="one-time-code"
          enterKeyHint="send"
          disabled={disabled}
          aria-invalid={invalid || undefined}
          aria-describedby={`${id}-hint`}
          onChange={({ target }) => {
            const digits = digitsIn(target.value);
            onChange(digits);
            if (digits.length === LENGTH) onFull(digits);
          }}
        />
      </div>
      <p id={`${id}-hint`} className={styles.hint}>
        {student.codeHint}
      </p>
    </div>
  );
};
