/**
 * A new name for one operation: 32 hexadecimal digits. `crypto.randomUUID` would do, but is missing on pages
 * that came without TLS, as on many a school's network.
 */
export const newOpId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
