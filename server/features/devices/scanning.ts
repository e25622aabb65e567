import { Fault, type FaultCode, isFaultCode } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import {
  type Recognition,
  RecognitionBatch,
  type Recognitions,
  type ScanReply,
  type ScanResult,
  type ScanSummary,
} from '../../../shared/protocol/index.ts';
import type { Device, Devices } from '../../data/devices.ts';
import type { Sessions } from '../../data/sessions.ts';
import type { Who } from '../../domain/who.ts';
import type { Clock } from '../../kit/clock.ts';
import { type BroughtBy, type Ingest, type Ingested, messageOf } from './ingest.ts';
import type { Registry } from './registry.ts';

type Deps = {
  readonly devices: Pick<Devices, 'find'>;
  readonly sessions: Pick<Sessions, 'openOfDevice'>;
  readonly ingest: Ingest;
  readonly registry: Pick<Registry, 'note'>;
  readonly clock: Clock;
};

/** How many of each, and a line for each that was not accepted. */
export const summaryOf = (results: readonly Ingested[]): ScanSummary => {
  const counts = { accepted: 0, repeated: 0, quarantined: 0, rejected: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  const lines = results.flatMap((result, index) => {
    const { outcome, code, eventId } = result;
    if (outcome === 'accepted') return [];
    return [
      {
        index,
        outcome,
        message: messageOf(result),
        ...(eventId !== undefined && { eventId }),
        ...(code !== undefined && { code }),
      },
    ];
  });
  return { ...counts, lines };
};

const resultOf = (result: Ingested): ScanResult => {
  const { eventId: _, missing, ...rest } = result;
  return {
    ...rest,
    ...(missing && { missing: [...missing] }),
    repeated: result.outcome === 'repeated',
    message: messageOf(result),
  };
};

/** The door of the devices: one recognition or many, over any wire (CI4). */
export const createScanning = ({ devices, sessions, ingest, registry, clock }: Deps) => {
  /** Takes events in for a device and notes how it fares. */
  const take = async (
    device: Device,
    events: readonly unknown[],
    shown: { skewMs?: number; backlog?: number },
    by: BroughtBy = 'device',
  ) => {
    const fail = (code: string) =>
      registry.note(device.id, { ...shown, lastError: { code, at: new Date(clock.now()) } });
    try {
      const results = await ingest(device, events, by);
      const wrong = results.findLast(({ code }) => code !== undefined);
      if (wrong?.code) fail(wrong.code);
      else registry.note(device.id, shown);
      return results;
    } catch (error) {
      fail(error instanceof Fault ? error.code : 'INTERNAL');
      throw error;
    }
  };

  /** Why a recognition was not counted, for a device that knows no outcomes. */
  const refusalOf = async (device: Device, result: Ingested): Promise<Fault> => {
    const { code = '' } = result;
    if (isFaultCode(code)) return new Fault(code);
    if (code === 'UNKNOWN_STUDENT') return new Fault('STUDENT_NOT_FOUND');
    if (code === 'CLOCK_SKEWED' && (await sessions.openOfDevice(device.deviceId)) === null)
      return new Fault('DEVICE_NOT_BOUND');
    return new Fault('INVALID_REQUEST', { text: messageOf(result) });
  };

  const mustLive = async (id: UserId): Promise<Device> => {
    const device = await devices.find(id);
    if (device === null || device.revokedAt !== null) throw new Fault('UNAUTHORIZED');
    return device;
  };

  return {
    take,

    /**
     * One recognition. A fault where it did not count: STUDENT_NOT_FOUND, DEVICE_NOT_BOUND, INVALID_REQUEST (set aside for
     * review, as ever), or why it was rejected.
     */
    async one(who: Pick<Who, 'userId'>, said: Recognition): Promise<ScanResult> {
      const device = await mustLive(who.userId);
      const [result] = await take(device, [said], {});
      if (result === undefined) throw new Fault('BUSY');
      if (result.code !== undefined) throw await refusalOf(device, result);
      return resultOf(result);
    },

    /** What a device sent with its key. DEVICE_NOT_BOUND when no event has a session; of a single one also why not. */
    async scan(who: Pick<Who, 'userId'>, said: Recognitions): Promise<ScanReply> {
      const device = await mustLive(who.userId);
      const batch = Array.isArray(said) ? { events: said } : RecognitionBatch.safeParse(said).data;
      const shown = {
        ...(batch && 'sentAt' in batch && batch.sentAt && { skewMs: Date.parse(batch.sentAt) - clock.now() }),
        ...(batch && 'waiting' in batch && batch.waiting !== undefined && { backlog: batch.waiting }),
      };
      const results = await take(device, batch?.events ?? [said], shown);
      if (results.every(({ code }) => code === 'DEVICE_NOT_BOUND')) throw new Fault('DEVICE_NOT_BOUND');
      const [only] = results;
      if (batch || only === undefined) return summaryOf(results);
      if (only.outcome === 'rejected' && isFaultCode(only.code ?? ''))
        throw new Fault(only.code as FaultCode);
      return resultOf(only);
    },
  };
};
export type Scanning = ReturnType<typeof createScanning>;
