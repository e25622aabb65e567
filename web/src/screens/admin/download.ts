import { Fault } from '../../../../shared/faults.ts';
import { faultOf } from '../../lib/api.ts';
import { session } from '../../lib/session.ts';

/** Hands a file that was made here to the browser. */
export const saveBlob = (blob: Blob, filename: string): void => {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = filename;
  link.click();
  // Once the browser has taken it up.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
};

/** Downloads a file of the API. By script, because the token that it needs is nowhere but in memory. A Fault. */
export const download = async (path: string, filename: string): Promise<void> => {
  const get = async (token: string) => await fetch(path, { headers: { authorization: `Bearer ${token}` } });
  let response: Response;
  try {
    response = await get(await session.token());
    if (response.status === 401) response = await get(await session.renew());
    if (response.ok) return saveBlob(await response.blob(), filename);
  } catch (cause) {
    throw cause instanceof Fault ? cause : new Fault('DISCONNECTED', { cause });
  }
  const said: unknown = await response.json().catch(() => undefined);
  throw faultOf(said, response.status, response.headers.get('retry-after'));
};
