/** How far a sender's clock may be off before its time is flagged, in milliseconds. */
const TOLERANCE_MS = 5000;

/**
 * Bounds the time that a sender claims by the session's window (MK7). All times ISO 8601 UTC with milliseconds.
 * A time outside the window is replaced by the window's end that it passed; beyond the tolerance it is flagged too.
 */
export const boundAt = (
  claimed: string | undefined,
  openedAt: string,
  now: string,
): { at: string; skewed?: true } => {
  if (claimed === undefined) return { at: now };
  const at = claimed < openedAt ? openedAt : claimed > now ? now : claimed;
  const off = Math.abs(Date.parse(claimed) - Date.parse(at));
  return off > TOLERANCE_MS ? { at, skewed: true } : { at };
};
