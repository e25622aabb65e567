import mongoose from 'mongoose';
import { Fault } from '../../shared/faults.ts';
import { isStoreAway } from '../kit/describe-error.ts';

const { MongoBulkWriteError, MongoServerError } = mongoose.mongo;

/** What a server says while it shuts down, steps down or starts up; the same request may succeed later. */
const PASSING = new Set([6, 7, 50, 64, 89, 91, 189, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436]);

/** True when the database could not be asked, or could not answer, for a reason that passes. */
const isAway = (error: unknown): boolean => {
  if (isStoreAway(error)) return true;
  if (!(error instanceof MongoServerError)) return false;
  // A bulk write takes the place of what went wrong on the wire: then there is no code, as no server spoke.
  if (error instanceof MongoBulkWriteError && typeof error.code !== 'number') return true;
  return PASSING.has(Number(error.code));
};

/** Passes the answer on; a database that is away becomes `STORE_UNAVAILABLE`, which the caller may retry. */
export const asked = async <T>(call: Promise<T>): Promise<T> => {
  try {
    return await call;
  } catch (error) {
    if (isAway(error)) throw new Fault('STORE_UNAVAILABLE', { cause: error });
    throw error;
  }
};

/** Acknowledged by a majority, in the journal: what the register may be dropped for (DN5). */
export const DURABLE = { writeConcern: { w: 'majority', j: true }, ignoreUndefined: true } as const;

/** The database of an open connection, without mongoose's casting in between. */
export const nativeDb = (connection: mongoose.Connection): mongoose.mongo.Db => {
  const { db } = connection;
  if (db === undefined) throw new Error('the connection is not open');
  return db;
};
