import mongoose from 'mongoose';
import type { UserId } from '../../shared/ids.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { hex, oid, type Page, pageOf } from './mongo.ts';

/** Who did what to what, and what that was; times ISO 8601 UTC. */
export type AuditLine = {
  readonly id: string;
  readonly at: string;
  readonly by: UserId;
  /** For machines: `RECORD_DELETED`. */
  readonly action: string;
  /** The id of what it was done to. */
  readonly about: string;
  /** What it was before. */
  readonly was: Readonly<Record<string, unknown>>;
  readonly reason?: string | undefined;
};

type Stored = {
  _id: mongoose.mongo.ObjectId;
  at: Date;
  by: mongoose.mongo.ObjectId;
  action: string;
  about: string;
  was: Record<string, unknown>;
  reason?: string;
};

const toLine = ({ _id, at, by, ...rest }: Stored): AuditLine => ({
  id: _id.toHexString(),
  at: at.toISOString(),
  by: hex(by),
  ...rest,
});

/** The lines that are kept of what administrators do. Methods may throw STORE_UNAVAILABLE. */
export const createAudit = (connection: mongoose.Connection) => {
  const lines = nativeDb(connection).collection<Stored>('audit', DURABLE);

  return {
    async ensureIndexes(): Promise<void> {
      await lines.createIndexes([{ key: { about: 1 } }]);
    },

    /** Written before the deed, so that no crash leaves a deed without its line; resolves with the line's id. */
    async add({ at, by, was, reason, ...line }: Omit<AuditLine, 'id'>): Promise<string> {
      const _id = new mongoose.mongo.ObjectId();
      const row: Stored = {
        _id,
        ...line,
        at: new Date(at),
        by: oid(by),
        was: { ...was },
        ...(reason !== undefined && { reason }),
      };
      await asked(lines.insertOne(row));
      return _id.toHexString();
    },

    /** Takes a line back whose deed did not come about. */
    async retract(id: string): Promise<void> {
      await asked(lines.deleteOne({ _id: oid(id) }));
    },

    /** The newest first. */
    async list({ limit, cursor }: { limit: number; cursor?: string | undefined }): Promise<Page<AuditLine>> {
      const after = cursor === undefined ? {} : { _id: { $lt: oid(cursor) } };
      const found = lines.find(after).sort({ _id: -1 });
      return pageOf((await asked(found.limit(limit + 1).toArray())).map(toLine), limit);
    },
  };
};
export type Audit = ReturnType<typeof createAudit>;
