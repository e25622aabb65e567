import { LoaderCircle } from 'lucide-react';
import type { ButtonHTMLAttributes, Ref } from 'react';
import { Link } from 'wouter';
import styles from './button.module.css';
import type { Icon as IconType } from './status-icons.tsx';

type Look = {
  variant?: 'primary' | 'plain' | 'quiet' | 'danger';
  size?: 'small' | 'normal' | 'large';
  icon?: IconType;
};

const classOf = ({ variant = 'plain', size = 'normal' }: Look, bare: boolean, extra?: string): string =>
  [styles.button, styles[variant], size === 'normal' ? '' : styles[size], bare ? styles.bare : '', extra]
    .filter(Boolean)
    .join(' ');

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> &
  Look & { busy?: boolean; ref?: Ref<HTMLButtonElement> };

/** A button; while `busy` it takes no press and says so. */
export const Button = ({
  variant,
  size,
  icon: Icon,
  busy = false,
  children,
  className,
  onClick,
  ...rest
}: ButtonProps) => (
  <button
    type="button"
    {...rest}
    className={classOf({ ...(variant && { variant }), ...(size && { size }) }, false, className)}
    aria-disabled={busy || undefined}
    aria-busy={busy || undefined}
    onClick={busy ? (event) => event.preventDefault() : onClick}
  >
    {busy ? (
      <LoaderCircle className={styles.spin} size={18} aria-hidden />
    ) : (
      Icon && <Icon size={18} aria-hidden />
    )}
    {children}
  </button>
);

type IconButtonProps = Omit<ButtonProps, 'children' | 'icon'> & { icon: IconType; label: string };

/** A button that shows a sign only; `label` is what it is called. */
export const IconButton = ({
  icon: Icon,
  label,
  variant = 'quiet',
  size,
  busy: _,
  className,
  ...rest
}: IconButtonProps) => (
  <button
    type="button"
    aria-label={label}
    title={label}
    {...rest}
    className={classOf({ variant, ...(size && { size }) }, true, className)}
  >
    <Icon size={20} aria-hidden />
  </button>
);

/** A link that looks like a button; `newTab` leaves this page where it is. */
export const ButtonLink = ({
  href,
  children,
  icon: Icon,
  newTab = false,
  ...look
}: Look & { href: string; newTab?: boolean; children: React.ReactNode }) => {
  const inside = (
    <>
      {Icon && <Icon size={18} aria-hidden />}
      {children}
    </>
  );
  return newTab ? (
    <a href={href} className={classOf(look, false)} target="_blank" rel="noopener">
      {inside}
    </a>
  ) : (
    <Link href={href} className={classOf(look, false)}>
      {inside}
    </Link>
  );
};
