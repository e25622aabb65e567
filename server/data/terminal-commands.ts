import type mongoose from 'mongoose';
import { Fault } from '../../shared/faults.ts';
import type { UserId } from '../../shared/ids.ts';
import type { TerminalCommand } from '../domain/punches.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { isDuplicateKey, oid } from './mongo.ts';

/** A command for one terminal; `id` counts up from 1 for each. */
export type KeptCommand = { readonly id: number; readonly command: TerminalCommand; readonly askedAt: Date };

type Stored = {
  device: mongoose.mongo.ObjectId;
  n: number;
  command: TerminalCommand;
  askedAt: Date;
  open: boolean;
  sentAt?: Date;
  returned?: number;
  doneAt?: Date;
};

const TRIES = 5;

/** What terminals are asked to do, until they say that they did. Methods may throw STORE_UNAVAILABLE. */
export const createTerminalCommands = (connection: mongoose.Connection) => {
  const rows = nativeDb(connection).collection<Stored>('terminal-commands', DURABLE);

  return {
    async ensureIndexes(): Promise<void> {
      await rows.createIndexes([
        { key: { device: 1, n: 1 }, unique: true },
        { key: { device: 1, open: 1, n: 1 } },
      ]);
    },

    async add(device: UserId, command: TerminalCommand, askedAt: Date): Promise<KeptCommand> {
      for (let tries = 0; tries < TRIES; tries++) {
        const last = await asked(rows.findOne({ device: oid(device) }, { sort: { n: -1 } }));
        const n = (last?.n ?? 0) + 1;
        try {
          await asked(rows.insertOne({ device: oid(device), n, command, askedAt, open: true }));
          return { id: n, command, askedAt };
        } catch (error) {
          if (!isDuplicateKey(error)) throw error;
        }
      }
      throw new Fault('BUSY');
    },

    /** The oldest that was not sent since a moment; it counts as sent now. */
    async next(device: UserId, now: Date, notSince: Date): Promise<KeptCommand | null> {
      const row = await asked(
        rows.findOneAndUpdate(
          {
            device: oid(device),
            open: true,
            $or: [{ sentAt: { $exists: false } }, { sentAt: { $lte: notSince } }],
          },
          { $set: { sentAt: now } },
          { sort: { n: 1 }, returnDocument: 'after' },
        ),
      );
      return row && { id: row.n, command: row.command, askedAt: row.askedAt };
    },

    async done(device: UserId, id: number, returned: number, doneAt: Date): Promise<void> {
      const change = { $set: { open: false, returned, doneAt } };
      await asked(rows.updateOne({ device: oid(device), n: id, open: true }, change));
    },
  };
};
export type TerminalCommands = ReturnType<typeof createTerminalCommands>;
