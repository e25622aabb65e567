import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const FORM = /^rc_([0-9a-f]{12})_([0-9a-f]{64})$/;

/** A random secret of 32 bytes needs no slow hash. */
const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** A new key: the text for the device, and what is kept of it (the half that finds it, a hash of the other). */
export const mintKey = (): { key: string; short: string; hash: string } => {
  const short = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('hex');
  return { key: `rc_${short}_${secret}`, short, hash: hashOf(secret) };
};

/** The halves of a key; null when the text is none. */
export const readKey = (key: string): { short: string; hash: string } | null => {
  const [, short, secret] = FORM.exec(key) ?? [];
  return short === undefined || secret === undefined ? null : { short, hash: hashOf(secret) };
};

/** Compares two hashes in constant time. */
export const sameHash = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
