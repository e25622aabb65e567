import mongoose from 'mongoose';

/** How long a query waits for a server that can take it before it fails, in ms. */
const SELECT_MS = 5_000;
/** How long a server may stay silent on an open connection, in ms; a frozen one must not hold a request for ever. */
const SILENCE_MS = 30_000;
/** Connections at most: a burst waits for these rather than opening one each. */
const POOL = 32;

/**
 * Opens the one connection of this process. Writes are acknowledged by a majority and journaled; nothing is
 * buffered while the server is away, so that callers hear of it at once. Works alike on a replica set, on a
 * standalone server and on the embedded engine: the driver sends retryable writes only to servers that have them.
 * Rejects when no server answers within 5 s.
 */
export async function connectMongo(
  url: string,
  options: { dbName?: string } = {},
): Promise<mongoose.Connection> {
  const dbName = options.dbName ?? (namesDatabase(url) ? undefined : 'rollcall');
  return await mongoose
    .createConnection(url, {
      ...(dbName === undefined ? {} : { dbName }),
      appName: 'rollcall',
      autoIndex: false,
      autoCreate: false,
      bufferCommands: false,
      serverSelectionTimeoutMS: SELECT_MS,
      connectTimeoutMS: SELECT_MS,
      socketTimeoutMS: SILENCE_MS,
      waitQueueTimeoutMS: SELECT_MS,
      maxPoolSize: POOL,
      writeConcern: { w: 'majority', j: true },
    })
    .asPromise();
}

/** Resolves when the server answers; rejects when it does not within 2 s. For health checks. */
export async function pingMongo(connection: mongoose.Connection): Promise<void> {
  if (connection.db === undefined) throw new Error('the connection is closed');
  await connection.db.command({ ping: 1 }, { timeoutMS: 2_000 });
}

/** True for the error of a unique index that holds the key already. */
export const isDuplicateKey = (error: unknown): boolean =>
  error instanceof mongoose.mongo.MongoServerError && error.code === 11000;

/** The driver's id of one of our text ids. */
export const oid = (id: string): mongoose.Types.ObjectId => mongoose.Types.ObjectId.createFromHexString(id);

/** Our text id of one of the driver's, as the branded type that the caller knows it to be. */
export const hex = <Id extends string>(id: mongoose.Types.ObjectId): Id => id.toHexString() as Id;

/** A pattern that finds the text itself, whatever signs it has. */
export const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** One page of a list that is ordered by id. */
export type Page<T> = { readonly items: readonly T[]; readonly nextCursor: string | null };

/** Cuts a page out of rows that were read with one more than `limit`. */
export const pageOf = <T extends { readonly id: string }>(rows: readonly T[], limit: number): Page<T> => {
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
};

function namesDatabase(url: string): boolean {
  const [, name = ''] = /^\w[^?]*:\/\/[^/?]+\/?([^?]*)/.exec(url) ?? [];
  return name !== '';
}
