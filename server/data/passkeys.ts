import mongoose from 'mongoose';
import type { SessionId, UserId } from '../../shared/ids.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { isDuplicateKey, oid } from './mongo.ts';

/** A public key that a student's device answers with; times ISO 8601 UTC. */
export type Passkey = {
  readonly id: string;
  readonly userId: UserId;
  /** The authenticator's own name for it, base64url. */
  readonly credentialId: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly backedUp: boolean;
  readonly name: string;
  readonly createdAt: string;
  readonly usedAt?: string | undefined;
};

/** What a challenge was made for. */
export type ChallengeFor = { readonly userId: UserId; readonly sessionId?: SessionId | undefined };

type Stored = {
  _id: mongoose.mongo.ObjectId;
  userId: mongoose.mongo.ObjectId;
  credentialId: string;
  publicKey: mongoose.mongo.Binary;
  counter: number;
  transports: string[];
  backedUp: boolean;
  name: string;
  createdAt: Date;
  usedAt?: Date;
};
type Challenge = { _id: string; userId: string; sessionId?: string; expiresAt: Date };

const toPasskey = (row: Stored): Passkey => ({
  id: row._id.toHexString(),
  userId: row.userId.toHexString() as UserId,
  credentialId: row.credentialId,
  publicKey: new Uint8Array(row.publicKey.value()),
  counter: row.counter,
  transports: row.transports,
  backedUp: row.backedUp,
  name: row.name,
  createdAt: row.createdAt.toISOString(),
  usedAt: row.usedAt?.toISOString(),
});

/** The passkeys' collection, and the challenges that wait for an answer. Methods may throw STORE_UNAVAILABLE. */
export const createPasskeys = (connection: mongoose.Connection) => {
  const passkeys = nativeDb(connection).collection<Stored>('passkeys', DURABLE);
  const challenges = nativeDb(connection).collection<Challenge>('passkey_challenges', DURABLE);

  return {
    async ensureIndexes(): Promise<void> {
      await passkeys.createIndex({ credentialId: 1 }, { unique: true });
      await passkeys.createIndex({ userId: 1 });
      await challenges.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
    },

    /** Stores a new passkey; null when its credential is known already. */
    async add(passkey: Omit<Passkey, 'id' | 'usedAt'>): Promise<Passkey | null> {
      const row: Stored = {
        _id: new mongoose.mongo.ObjectId(),
        userId: oid(passkey.userId),
        credentialId: passkey.credentialId,
        publicKey: new mongoose.mongo.Binary(passkey.publicKey),
        counter: passkey.counter,
        transports: [...passkey.transports],
        backedUp: passkey.backedUp,
        name: passkey.name,
        createdAt: new Date(passkey.createdAt),
      };
      try {
        await asked(passkeys.insertOne(row));
        return toPasskey(row);
      } catch (error) {
        if (isDuplicateKey(error)) return null;
        throw error;
      }
    },

    /** A user's passkeys, the oldest first. */
    async of(userId: UserId): Promise<Passkey[]> {
      return (
        await asked(
          passkeys
            .find({ userId: oid(userId) })
            .sort({ _id: 1 })
            .toArray(),
        )
      ).map(toPasskey);
    },

    /** Moves the counter of a passkey on; false when another answer has done so, or when it was revoked. */
    async used(passkey: Passkey, counter: number, at: string): Promise<boolean> {
      const was = counter === 0 && passkey.counter === 0 ? 0 : { $lt: counter };
      const { matchedCount } = await asked(
        passkeys.updateOne(
          { _id: oid(passkey.id), counter: was },
          { $set: { counter, usedAt: new Date(at) } },
        ),
      );
      return matchedCount === 1;
    },

    /** Gives a passkey another name; null when the user has none of that id. */
    async rename(userId: UserId, id: string, name: string): Promise<Passkey | null> {
      const row = await asked(
        passkeys.findOneAndUpdate(
          { _id: oid(id), userId: oid(userId) },
          { $set: { name } },
          { returnDocument: 'after' },
        ),
      );
      return row && toPasskey(row);
    },

    /** Revokes a passkey; false when the user has none of that id. */
    async remove(userId: UserId, id: string): Promise<boolean> {
      const { deletedCount } = await asked(passkeys.deleteOne({ _id: oid(id), userId: oid(userId) }));
      return deletedCount === 1;
    },

    /** Revokes all passkeys of a user. */
    async removeAllOf(userId: UserId): Promise<void> {
      await asked(passkeys.deleteMany({ userId: oid(userId) }));
    },

    async putChallenge(
      challenge: string,
      { userId, sessionId }: ChallengeFor,
      expiresAt: Date,
    ): Promise<void> {
      await asked(
        challenges.insertOne({ _id: challenge, userId, ...(sessionId && { sessionId }), expiresAt }),
      );
    },

    /** Takes a challenge out, so that it is answered once; null when it is unknown, used or over. */
    async takeChallenge(challenge: string, now: Date): Promise<ChallengeFor | null> {
      const row = await asked(challenges.findOneAndDelete({ _id: challenge, expiresAt: { $gt: now } }));
      return row && { userId: row.userId as UserId, sessionId: row.sessionId as SessionId | undefined };
    },

    async forgetOver(now: Date): Promise<void> {
      await challenges.deleteMany({ expiresAt: { $lte: now } });
    },
  };
};
export type Passkeys = ReturnType<typeof createPasskeys>;
