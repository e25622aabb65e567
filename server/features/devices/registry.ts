import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { DevicePatch, DeviceView, NewDevice } from '../../../shared/rest/devices.ts';
import type { Device, DeviceHealth, DeviceKey, Devices, newKeyId } from '../../data/devices.ts';
import type { Presence } from '../../domain/audience.ts';
import type { Who } from '../../domain/who.ts';
import type { Clock } from '../../kit/clock.ts';
import { describeError } from '../../kit/describe-error.ts';
import type { Log } from '../../kit/log.ts';
import { mintKey, readKey, sameHash } from './keys.ts';

/** How often it is written down that a device was there, in ms. */
const NOTE_EVERY_MS = 30_000;
/** The end of what a present key opens, in ms since 1970: none. */
const NEVER = Number.MAX_SAFE_INTEGER;
const TRIES = 4;

type Deps = {
  readonly devices: Devices;
  readonly newKeyId: typeof newKeyId;
  /** Told that a serial has a device now. */
  readonly serialBound: (serial: string) => Promise<void>;
  readonly presence: Pick<Presence, 'loginEnded' | 'userEnded'>;
  readonly clock: Clock;
  readonly log: Log;
};

/** A device as an admin sees it. */
export const deviceView = (device: Device): DeviceView => {
  const { lastError, skewMs, backlog, unkept } = device.health;
  return {
    id: device.id,
    deviceId: device.deviceId,
    name: device.name,
    serial: device.serial,
    createdAt: device.createdAt.toISOString(),
    revokedAt: device.revokedAt?.toISOString() ?? null,
    lastSeenAt: device.lastSeenAt?.toISOString() ?? null,
    previousKeyUntil: device.keys[1]?.until?.toISOString() ?? null,
    health: {
      lastError: lastError ? { code: lastError.code, at: lastError.at.toISOString() } : null,
      skewMs: skewMs ?? null,
      backlog: backlog ?? null,
      unkept: unkept ?? 0,
    },
  };
};

/** The devices and their keys (DV1, DV2). */
export const createRegistry = ({ devices, newKeyId, serialBound, presence, clock, log }: Deps) => {
  const noted = new Map<UserId, number>();

  const must = (device: Device | null): Device => {
    if (device === null) throw new Fault('DEVICE_NOT_FOUND');
    return device;
  };
  const fresh = (): { key: string; kept: DeviceKey } => {
    const { key, short, hash } = mintKey();
    return { key, kept: { id: newKeyId(), short, hash } };
  };
  const isGood = ({ revokedAt }: Device, key: DeviceKey | undefined): key is DeviceKey =>
    revokedAt === null && key !== undefined && (key.until?.getTime() ?? NEVER) > clock.now();

  /** Writes down that a device is there, now and then; what it shows of its state at once. Never fails. */
  const note = (id: UserId, health: DeviceHealth = {}): void => {
    const now = clock.now();
    if (Object.keys(health).length === 0 && now - (noted.get(id) ?? 0) < NOTE_EVERY_MS) return;
    if (noted.size > 10_000) noted.clear();
    noted.set(id, now);
    devices
      .note(id, new Date(now), health)
      .catch((error: unknown) => log.warn({ device: id, error: describeError(error) }, 'device not noted'));
  };

  return {
    note,

    /** A new device and its key, which is told this once. DEVICE_EXISTS. */
    async create(wanted: NewDevice): Promise<DeviceView & { key: string }> {
      const { key, kept } = fresh();
      const device = await devices.create({ ...wanted, keys: [kept], createdAt: new Date(clock.now()) });
      return { ...deviceView(device), key };
    },

    list: async (page: { limit: number; cursor?: string | undefined }) => {
      const { items, nextCursor } = await devices.list(page);
      return { items: items.map(deviceView), nextCursor };
    },
    read: async (id: UserId): Promise<DeviceView> => deviceView(must(await devices.find(id))),

    /** DEVICE_NOT_FOUND, SERIAL_TAKEN. */
    async update(id: UserId, patch: DevicePatch): Promise<DeviceView> {
      const device = must(await devices.update(id, patch));
      if (device.serial !== null) await serialBound(device.serial);
      return deviceView(device);
    },

    /** A new key. The one before is good for `graceMinutes`, any other no more; its sockets come back, or end. */
    async rotate(id: UserId, graceMinutes: number): Promise<DeviceView & { key: string }> {
      for (let tries = 0; tries < TRIES; tries++) {
        const read = must(await devices.find(id));
        if (read.revokedAt !== null) throw new Fault('DEVICE_REVOKED');
        const { key, kept } = fresh();
        const until = new Date(clock.now() + graceMinutes * 60_000);
        const before = read.keys.slice(0, graceMinutes > 0 ? 1 : 0).map((old) => ({ ...old, until }));
        const device = await devices.rekey(read, [kept, ...before]);
        if (device === null) continue;
        // What was opened with the old key knows nothing of its end: who may, comes back with it and lasts until then.
        await Promise.all(read.keys.map((old) => presence.loginEnded(old.id)));
        return { ...deviceView(device), key };
      }
      throw new Fault('BUSY');
    },

    /** Ends a device's access and its open sockets, on every instance (AU3). Again = the same answer. */
    async revoke(id: UserId): Promise<DeviceView> {
      const device = must(await devices.revoke(id, new Date(clock.now())));
      await presence.userEnded(id);
      return deviceView(device);
    },

    async remove(id: UserId): Promise<void> {
      if (!(await devices.remove(id))) throw new Fault('DEVICE_NOT_FOUND');
      await presence.userEnded(id);
    },

    /** Whether a session may be bound to a device of this name. */
    async takes(deviceId: string): Promise<boolean> {
      const device = await devices.findByName(deviceId);
      return device !== null && device.revokedAt === null;
    },

    /** What a device is called that is named so, or has this id. DEVICE_NOT_FOUND. */
    async nameOf(ref: string): Promise<string> {
      const isId = /^[0-9a-f]{24}$/.test(ref);
      const device = (await devices.findByName(ref)) ?? (isId ? await devices.find(ref as UserId) : null);
      return must(device).deviceId;
    },

    /** Whose key it is; UNAUTHORIZED when it is nobody's, is over, or its device is revoked. */
    async authenticate(key: string): Promise<Who> {
      const said = readKey(key);
      const device = said && (await devices.findByShort(said.short));
      const kept = device?.keys.find(({ short }) => short === said?.short);
      if (!said || !device || !isGood(device, kept) || !sameHash(kept.hash, said.hash))
        throw new Fault('UNAUTHORIZED');
      note(device.id);
      const expiresAt = kept.until?.getTime() ?? NEVER;
      return { userId: device.id, role: 'device', loginId: kept.id, expiresAt };
    },

    /** Whether the key that a connection came with is still good. */
    async isAlive({ userId, loginId, expiresAt }: Who): Promise<boolean> {
      const device = await devices.find(userId);
      const key = device?.keys.find(({ id }) => id === loginId);
      return device !== null && isGood(device, key) && expiresAt <= (key.until?.getTime() ?? NEVER);
    },
  };
};
export type Registry = ReturnType<typeof createRegistry>;
