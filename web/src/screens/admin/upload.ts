import { Fault } from '../../../../shared/faults.ts';
import type { ImportKind, ImportReport, Tally } from '../../../../shared/rest/imports.ts';
import { faultOf, withQuery } from '../../lib/api.ts';
import { session } from '../../lib/session.ts';

/** How far an import is. `ofBytes` is null where nobody knows. */
export type Progress = Tally & { readonly bytes: number; readonly ofBytes: number | null };

type Line = { readonly progress?: Progress; readonly success?: boolean; readonly data?: ImportReport };

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
    rest = done ? '' : (lines.pop() ?? '');
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as Line;
    if (done) return;
  }
}

const send = async (path: string, file: Blob, token: string, signal: AbortSignal): Promise<Response> =>
  await fetch(path, {
    method: 'POST',
    // What the system calls the file's type does not matter: spreadsheets have names of their own for it.
    headers: {
      'content-type': 'text/csv',
      accept: 'application/x-ndjson',
      authorization: `Bearer ${token}`,
    },
    body: file,
    signal,
  });

/**
 * Sends a file and hears how far it is; answers with what became of it. A Fault, DISCONNECTED where the line broke (the
 * rows so far stand), or what `signal` was aborted with.
 */
export const sendImport = async (
  { kind, file, dryRun, map }: { kind: ImportKind; file: File; dryRun: boolean; map: string },
  { onProgress, signal }: { onProgress: (progress: Progress) => void; signal: AbortSignal },
): Promise<ImportReport> => {
  const path = withQuery(`/api/v1/imports/${kind}`, { dryRun: String(dryRun), map });
  try {
    let response = await send(path, file, await session.token(), signal);
    if (response.status === 401) response = await send(path, file, await session.renew(), signal);
    if (!response.ok || !response.body) {
      const said: unknown = await response.json().catch(() => undefined);
      throw faultOf(said, response.status, response.headers.get('retry-after'));
    }
    for await (const line of linesOf(response.body)) {
      if (line.progress) onProgress(line.progress);
      else if (line.success === true && line.data) return line.data;
      else throw faultOf(line, 500, null);
    }
    throw new Fault('DISCONNECTED');
  } catch (error) {
    if (error instanceof Fault || signal.aborted) throw error;
    throw new Fault('DISCONNECTED', { cause: error });
  }
};
