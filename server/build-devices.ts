import type { Connection } from 'mongoose';
import type { Config } from './config.ts';
import { createDevices, newKeyId } from './data/devices.ts';
import { createQuarantine } from './data/quarantine.ts';
import type { Records } from './data/records.ts';
import { createScans } from './data/scans.ts';
import type { Sessions } from './data/sessions.ts';
import { createStrangers } from './data/strangers.ts';
import { createTerminalCommands } from './data/terminal-commands.ts';
import type { Users } from './data/users.ts';
import { terminalPages } from './dialects/terminals.ts';
import type { Presence, Publish } from './domain/audience.ts';
import type { Reach } from './features/attendance/reach.ts';
import type { EvidenceKeeper } from './features/checkin/evidence.ts';
import type { LateEvidence } from './features/checkin/late-evidence.ts';
import { createBindable } from './features/devices/bindable.ts';
import { createEvidence } from './features/devices/evidence.ts';
import { createIngest } from './features/devices/ingest.ts';
import { createRegistry } from './features/devices/registry.ts';
import { createReview } from './features/devices/review.ts';
import { createScanning } from './features/devices/scanning.ts';
import { createTerminals } from './features/devices/terminals.ts';
import { addressList } from './kit/address-list.ts';
import type { Clock } from './kit/clock.ts';
import { describeError } from './kit/describe-error.ts';
import type { Log } from './kit/log.ts';
import type { Register } from './live/register.ts';

/** The devices' collections, and who a device is: the hub needs to know that before there is anything to take in. */
export const buildDeviceRegistry = async (parts: {
  readonly connection: Connection;
  /** The hub's, which is made after this. */
  readonly presence: () => Presence;
  readonly clock: Clock;
  readonly log: Log;
}) => {
  const { connection, presence, clock, log } = parts;
  const devices = createDevices(connection);
  const scans = createScans(connection);
  const quarantine = createQuarantine(connection);
  const strangers = createStrangers(connection);
  const commands = createTerminalCommands(connection);
  await Promise.all([devices, scans, quarantine, commands].map((collection) => collection.ensureIndexes()));
  const registry = createRegistry({
    devices,
    newKeyId,
    serialBound: strangers.forget,
    presence: {
      loginEnded: (loginId) => presence().loginEnded(loginId),
      userEnded: (userId) => presence().userEnded(userId),
    },
    clock,
    log,
  });
  return { devices, scans, quarantine, strangers, commands, registry };
};
export type DeviceRegistry = Awaited<ReturnType<typeof buildDeviceRegistry>>;

/** Joins what takes in the recognitions of devices, and the terminals' pages. */
export const buildDevices = (
  kept: DeviceRegistry,
  parts: {
    readonly users: Users;
    readonly sessions: Sessions;
    readonly records: Records;
    readonly register: Pick<Register, 'entry'>;
    readonly checkIn: Pick<EvidenceKeeper, 'accept'>;
    readonly late: LateEvidence;
    readonly reach: Reach;
    readonly publish: Publish;
    readonly config: Config;
    readonly clock: Clock;
    readonly log: Log;
  },
) => {
  const { log, config, reach } = parts;
  const timeZone = config.TIME_ZONE;
  const evidence = createEvidence({ ...parts, accept: parts.checkIn.accept, alive: reach.alive });
  const ingest = createIngest({ ...parts, ...kept, evidence, timeZone });
  const scanning = createScanning({ ...parts, ...kept, ingest });
  const terminals = createTerminals({ ...parts, ...kept, scanning, timeZone });
  const bindable = createBindable({ ...parts, ...kept });
  const review = createReview({ ...parts, ...kept, ingest });
  return {
    services: { devices: kept.registry, bindable, quarantine: review, scanning, terminals },
    pages: terminalPages({
      terminals,
      allowed: addressList(config.DEVICE_IPS),
      onError: (error) => log.warn({ error: describeError(error) }, 'a terminal could not be served'),
    }),
  };
};
