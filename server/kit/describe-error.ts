/** What a log may hold of an error. A database's message may quote what it was sent, so of those only the name is kept. */
export type ErrorDescription = {
  readonly name: string;
  readonly code?: string | number;
  readonly message?: string;
  readonly stack: readonly string[];
};

/** Describes anything that was thrown, without values that may be personal. */
export const describeError = (error: unknown): ErrorDescription => {
  if (!(error instanceof Error)) return { name: typeof error, stack: [] };
  const code = 'code' in error && ['string', 'number'].includes(typeof error.code) ? error.code : undefined;
  const frames = (error.stack ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at '));
  return {
    name: error.name,
    ...(code === undefined ? {} : { code: code as string | number }),
    ...(isStoreError(error) ? {} : { message: error.message.slice(0, 500) }),
    stack: frames.slice(0, 12),
  };
};

const isStoreError = (error: Error) => /^(Mongo|BulkWrite|Bson|Zod|Cast|Validat)/i.test(error.name);

const AWAY =
  /^Mongo(ose)?(Network|NetworkTimeout|ServerSelection|NotConnected|TopologyClosed|OperationTimeout|PoolCleared|PoolClearedOnNetwork|PoolClosed|WaitQueueTimeout|ExpiredSession|ServerClosed|ConnectionPoolCleared)?Error$/;

/** A broken socket as Node tells it: the driver passes it on as it is when the connection breaks while it writes. */
const BROKEN = new Set([
  'EPIPE',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'ENOTCONN',
  'ETIMEDOUT',
  'ENOENT',
]);
const isBrokenSocket = (error: Error): boolean =>
  'syscall' in error &&
  ['read', 'write', 'connect'].includes(String(error.syscall)) &&
  'code' in error &&
  BROKEN.has(String(error.code));

/**
 * True when the database could not be reached or did not answer in time: the same request may succeed later.
 * Known by name, so that layers which must not import the driver can ask.
 */
export const isStoreAway = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  if (isBrokenSocket(error)) return true;
  if ('hasErrorLabel' in error && typeof error.hasErrorLabel === 'function') {
    const has = (label: string) =>
      (error as { hasErrorLabel(l: string): unknown }).hasErrorLabel(label) === true;
    if (has('RetryableWriteError') || has('ResetPool')) return true;
  }
  return AWAY.test(error.name) && error.name !== 'MongoError' && error.name !== 'MongooseError';
};
