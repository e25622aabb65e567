/** The product's sign: a class as a grid of places, one of them ticked. */
export const Mark = ({ size = 28 }: { size?: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
    <rect x="1" y="1" width="13.5" height="13.5" rx="4" fill="currentColor" opacity="0.35" />
    <rect x="17.5" y="1" width="13.5" height="13.5" rx="4" fill="currentColor" opacity="0.35" />
    <rect x="1" y="17.5" width="13.5" height="13.5" rx="4" fill="currentColor" opacity="0.35" />
    <rect x="17.5" y="17.5" width="13.5" height="13.5" rx="4" fill="currentColor" />
    <path
      d="m20.8 24.4 2.4 2.4 4.6-5"
      fill="none"
      stroke="var(--paper)"
      strokeWidth="2.4"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  </svg>
);
