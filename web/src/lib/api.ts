import { Fault, type FaultDetail, isFaultCode } from '../../../shared/faults.ts';

type Answer =
  | { success: true; data: unknown }
  | { success: false; error: string; code: string; details?: FaultDetail[] };

/** How long an answer may stay out, in ms. */
const PATIENCE_MS = 15_000;

const isAnswer = (body: unknown): body is Answer =>
  typeof body === 'object' && body !== null && 'success' in body;

/** A failed answer as a Fault; a code that this app does not know is INTERNAL with the server's own sentence. */
export const faultOf = (body: unknown, status: number, retryAfter: string | null): Fault => {
  if (!isAnswer(body) || body.success) return new Fault(status >= 500 ? 'STORE_UNAVAILABLE' : 'INTERNAL');
  const retryAfterMs = Number(retryAfter) * 1000;
  return new Fault(isFaultCode(body.code) ? body.code : 'INTERNAL', {
    text: body.error,
    ...(body.details && { details: body.details }),
    ...(retryAfterMs > 0 && { retryAfterMs }),
  });
};

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One request to the server of this page; answers with its `data`. A Fault, or DISCONNECTED where nothing was reached. */
export const request = async <T>(
  method: Method,
  path: string,
  { body, token, signal }: { body?: unknown; token?: string; signal?: AbortSignal } = {},
): Promise<T> => {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort('late'), PATIENCE_MS);
  if (signal?.aborted) patience.abort();
  signal?.addEventListener('abort', () => patience.abort());
  let response: Response;
  let answer: unknown;
  try {
    response = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: patience.signal,
    });
    answer = await response.json().catch(() => undefined);
  } catch (cause) {
    throw new Fault(patience.signal.reason === 'late' ? 'TIMEOUT' : 'DISCONNECTED', { cause });
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok || !isAnswer(answer) || !answer.success)
    throw faultOf(answer, response.status, response.headers.get('retry-after'));
  return answer.data as T;
};

/** A path with its query; what is undefined or empty is left out. */
export const withQuery = (
  path: string,
  query: Record<string, string | number | undefined | null>,
): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
};

/** Whether nothing of ours was reached, or it could not answer now: to be tried again, and no reason to give up what is shown. */
export const isAway = (error: unknown): boolean =>
  error instanceof Fault &&
  (error.code === 'DISCONNECTED' || error.code === 'TIMEOUT' || error.kind.http === 503);
