import mongoose from 'mongoose';
import { Fault } from '../../shared/faults.ts';
import type { LoginId, UserId } from '../../shared/ids.ts';
import { asked, DURABLE, nativeDb } from './asked.ts';
import { hex, isDuplicateKey, oid, type Page, pageOf } from './mongo.ts';

/** A device's key: only a hash of its secret half is kept. `until` is set on the one before the present. */
export type DeviceKey = {
  readonly id: LoginId;
  readonly short: string;
  readonly hash: string;
  readonly until?: Date | undefined;
};

/** What a device last showed of its state. */
export type DeviceHealth = {
  readonly lastError?: { readonly code: string; readonly at: Date };
  readonly skewMs?: number;
  readonly backlog?: number;
  /** How many events found no room in quarantine. */
  readonly unkept?: number;
};

/** A device; its id takes the place of a user's wherever a connection has one. */
export type Device = {
  readonly id: UserId;
  readonly deviceId: string;
  readonly name: string;
  readonly serial: string | null;
  /** The present key first. */
  readonly keys: readonly DeviceKey[];
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
  readonly lastSeenAt: Date | null;
  readonly health: DeviceHealth;
};

type Id = mongoose.mongo.ObjectId;
type StoredKey = { id: Id; short: string; hash: string; until?: Date };
type Stored = {
  _id: Id;
  deviceId: string;
  name: string;
  serial?: string;
  keys: StoredKey[];
  createdAt: Date;
  revokedAt?: Date;
  lastSeenAt?: Date;
  health?: DeviceHealth;
};

const toDevice = (row: Stored): Device => ({
  id: hex(row._id),
  deviceId: row.deviceId,
  name: row.name,
  serial: row.serial ?? null,
  keys: row.keys.map(({ id, ...key }) => ({ ...key, id: hex<LoginId>(id) })),
  createdAt: row.createdAt,
  revokedAt: row.revokedAt ?? null,
  lastSeenAt: row.lastSeenAt ?? null,
  health: row.health ?? {},
});
const fromKey = ({ id, short, hash, until }: DeviceKey): StoredKey => ({
  id: oid(id),
  short,
  hash,
  ...(until && { until }),
});

const BY_SERIAL = 'one-device-per-serial';

/** A new id for a key: whatever is opened with the key is known by it. */
export const newKeyId = (): LoginId => hex(new mongoose.mongo.ObjectId());

/** The devices' collection. Methods may throw STORE_UNAVAILABLE. */
export const createDevices = (connection: mongoose.Connection) => {
  const rows = nativeDb(connection).collection<Stored>('devices', DURABLE);

  const findBy = async (filter: mongoose.mongo.Filter<Stored>): Promise<Device | null> => {
    const row = await asked(rows.findOne(filter));
    return row && toDevice(row);
  };
  /** DEVICE_EXISTS or SERIAL_TAKEN where a unique index says so. */
  const unlessTaken = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await asked(call);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      throw new Fault(String(error).includes(BY_SERIAL) ? 'SERIAL_TAKEN' : 'DEVICE_EXISTS');
    }
  };

  return {
    async ensureIndexes(): Promise<void> {
      await rows.createIndexes([
        { key: { deviceId: 1 }, unique: true },
        { key: { 'keys.short': 1 } },
        {
          key: { serial: 1 },
          name: BY_SERIAL,
          unique: true,
          partialFilterExpression: { serial: { $exists: true } },
        },
      ]);
    },

    async create(device: Pick<Device, 'deviceId' | 'name' | 'keys' | 'createdAt'>): Promise<Device> {
      const row = { ...device, _id: new mongoose.mongo.ObjectId(), keys: device.keys.map(fromKey) };
      await unlessTaken(rows.insertOne(row));
      return toDevice(row);
    },

    find: (id: UserId) => findBy({ _id: oid(id) }),
    findByName: (deviceId: string) => findBy({ deviceId }),
    findBySerial: (serial: string) => findBy({ serial }),
    findByShort: (short: string) => findBy({ 'keys.short': short }),

    /** Those of the ids that exist. */
    async findMany(ids: readonly UserId[]): Promise<Device[]> {
      return (await asked(rows.find({ _id: { $in: ids.map(oid) } }).toArray())).map(toDevice);
    },

    /** By id; with `revoked: false` without those that are. */
    async list({
      limit,
      cursor,
      revoked,
    }: {
      limit: number;
      cursor?: string | undefined;
      revoked?: false;
    }): Promise<Page<Device>> {
      const filter = {
        ...(cursor !== undefined && { _id: { $gt: oid(cursor) } }),
        ...(revoked === false && { revokedAt: { $exists: false } }),
      };
      const found = await asked(
        rows
          .find(filter)
          .sort({ _id: 1 })
          .limit(limit + 1)
          .toArray(),
      );
      return pageOf(found.map(toDevice), limit);
    },

    /** Null when there is no such device. SERIAL_TAKEN. */
    async update(
      id: UserId,
      { name, serial }: { name?: string | undefined; serial?: string | null | undefined },
    ): Promise<Device | null> {
      const $set = { ...(name !== undefined && { name }), ...(typeof serial === 'string' && { serial }) };
      const row = await unlessTaken(
        rows.findOneAndUpdate(
          { _id: oid(id) },
          {
            ...(Object.keys($set).length > 0 && { $set }),
            ...(serial === null && { $unset: { serial: '' } }),
          },
          { returnDocument: 'after' },
        ),
      );
      return row && toDevice(row);
    },

    /** Puts keys in the place of those that were read; null when they have changed meanwhile. */
    async rekey(read: Device, keys: readonly DeviceKey[]): Promise<Device | null> {
      const [present] = read.keys;
      const row = await asked(
        rows.findOneAndUpdate(
          {
            _id: oid(read.id),
            revokedAt: { $exists: false },
            ...(present && { 'keys.0.short': present.short }),
          },
          { $set: { keys: keys.map(fromKey) } },
          { returnDocument: 'after' },
        ),
      );
      return row && toDevice(row);
    },

    async revoke(id: UserId, revokedAt: Date): Promise<Device | null> {
      await asked(rows.updateOne({ _id: oid(id), revokedAt: { $exists: false } }, { $set: { revokedAt } }));
      return await findBy({ _id: oid(id) });
    },

    async remove(id: UserId): Promise<boolean> {
      return (await asked(rows.deleteOne({ _id: oid(id) }))).deletedCount === 1;
    },

    /** Counts events that found no room in quarantine. */
    async countUnkept(id: UserId, events: number): Promise<void> {
      await asked(rows.updateOne({ _id: oid(id) }, { $inc: { 'health.unkept': events } }));
    },

    /** Notes when a device was last there, and what it showed of its state. */
    async note(id: UserId, lastSeenAt: Date, health: DeviceHealth): Promise<void> {
      const shown = Object.entries(health).map(([key, value]) => [`health.${key}`, value]);
      await asked(rows.updateOne({ _id: oid(id) }, { $set: { lastSeenAt, ...Object.fromEntries(shown) } }));
    },
  };
};
export type Devices = ReturnType<typeof createDevices>;
