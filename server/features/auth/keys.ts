import { createHmac, hkdfSync } from 'node:crypto';

/** Makes keyed hashes (base64url) for one purpose, from the process's one secret. */
export const keyed = (secret: string, purpose: string): ((text: string) => string) => {
  const key = Buffer.from(hkdfSync('sha256', secret, '', `rollcall ${purpose}`, 32));
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
};
