/**
 * Which browser pages may open a socket: those of the same host, and of the listed origins (`*`: any). Clients that
 * are no browsers send no origin and are judged by their credentials alone.
 */
export const originPolicy =
  (allowed: readonly string[]) =>
  (origin: string | undefined, host: string | undefined): boolean => {
    if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
    try {
      return new URL(origin).host === host;
    } catch {
      return false;
    }
  };
