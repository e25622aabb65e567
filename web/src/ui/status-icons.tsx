import type { ComponentType, ReactNode } from 'react';
import type { Status } from '../../../shared/status.ts';

type IconProps = {
  /** How wide and high, in px; 24. */
  size?: number;
  strokeWidth?: number;
  'aria-hidden'?: boolean;
};
export type Icon = ComponentType<IconProps>;

/**
 * A sign is drawn here: a register shows hundreds, and each element of each and each clipped box costs every frame
 * something. One path where one will do, and nothing clipped. What it means stands beside it in words.
 */
const Sign = ({
  size = 24,
  strokeWidth = 2.25,
  d,
  dashes,
  children,
}: IconProps & { d: string; dashes?: string; children?: ReactNode }) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 24 24"
    overflow="visible"
    fill="none"
    stroke="currentColor"
    strokeWidth={strokeWidth}
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden
  >
    <path d={d} strokeDasharray={dashes} />
    {children}
  </svg>
);

const CIRCLE = 'M12 3a9 9 0 0 1 0 18a9 9 0 0 1 0-18';
const SHIELD = 'M12 3l7.5 2.75v5.5c0 4.75-3 8-7.5 9.75c-4.5-1.75-7.5-5-7.5-9.75v-5.5z';
const Tick: Icon = (props) => <Sign {...props} d="M4.5 12.5l5 5l10-11" />;
const Cross: Icon = (props) => <Sign {...props} d="M6 6l12 12M18 6l-12 12" />;
const Clock: Icon = (props) => <Sign {...props} d={`${CIRCLE}M12 7.5v4.75l3 2`} />;
const Half: Icon = (props) => (
  <Sign {...props} d={CIRCLE}>
    <path d="M12 3a9 9 0 0 1 0 18z" fill="currentColor" stroke="none" />
  </Sign>
);
const Shield: Icon = (props) => <Sign {...props} d={`${SHIELD}M8.5 12l2.5 2.5l4.5-5`} />;
const Dashes: Icon = (props) => <Sign {...props} d={CIRCLE} dashes="2.6 4.47" />;

/** The sign of each status: no meaning is told by a colour alone. */
export const STATUS_ICONS: Record<Status | 'unmarked', Icon> = {
  present: Tick,
  absent: Cross,
  late: Clock,
  partial: Half,
  excused: Shield,
  unmarked: Dashes,
};
