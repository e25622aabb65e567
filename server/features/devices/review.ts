import { Fault } from '../../../shared/faults.ts';
import type { UserId } from '../../../shared/ids.ts';
import type { QuarantineResolution, QuarantineView } from '../../../shared/rest/devices.ts';
import type { Devices } from '../../data/devices.ts';
import type { Quarantine, Quarantined } from '../../data/quarantine.ts';
import type { Clock } from '../../kit/clock.ts';
import { type Ingest, messageOf } from './ingest.ts';

type Deps = {
  readonly devices: Pick<Devices, 'find' | 'findMany'>;
  readonly quarantine: Pick<Quarantine, 'find' | 'list' | 'resolve'>;
  readonly ingest: Ingest;
  readonly clock: Clock;
};

/** The event as it came, with what an admin put right. Without a time of its own it was of when it first came. */
const repaired = (
  { raw, firstAt }: Quarantined,
  { studentId, at }: { studentId?: string | undefined; at?: string | undefined },
): unknown => {
  let said: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(raw);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) said = { ...parsed };
  } catch {
    // It was cut off, or never was JSON: then everything has to be said.
  }
  const time = at ?? said.at ?? (said.time === undefined ? firstAt.toISOString() : undefined);
  return {
    ...(studentId !== undefined
      ? { studentId }
      : { studentId: said.studentId, studentCode: said.studentCode }),
    ...(time !== undefined ? { at: time } : { date: said.date, time: said.time }),
    eventId: said.eventId,
  };
};

/** What admins do with events that were set aside (DV5). */
export const createReview = ({ devices, quarantine, ingest, clock }: Deps) => {
  const viewOf = ({ device, ...event }: Quarantined, deviceId: string): QuarantineView => ({
    ...event,
    deviceId,
    firstAt: event.firstAt.toISOString(),
    lastAt: event.lastAt.toISOString(),
    resolvedAt: event.resolvedAt?.toISOString() ?? null,
  });

  return {
    async list(page: { state: 'open' | 'resolved'; limit: number; cursor?: string | undefined }) {
      const { items, nextCursor } = await quarantine.list({ ...page, open: page.state === 'open' });
      const named = await devices.findMany([...new Set(items.map(({ device }) => device))]);
      const names = new Map(named.map(({ id, deviceId }) => [id, deviceId]));
      return {
        items: items.map((event) => viewOf(event, names.get(event.device) ?? event.device)),
        nextCursor,
      };
    },

    /**
     * Discards an event, or takes it in after all. QUARANTINED_NOT_FOUND, QUARANTINE_RESOLVED, DEVICE_NOT_FOUND;
     * INVALID_REQUEST when it still cannot count, which its details explain: it stays where it is.
     */
    async resolve(by: UserId, id: string, how: QuarantineResolution): Promise<QuarantineView> {
      const event = await quarantine.find(id);
      if (event === null) throw new Fault('QUARANTINED_NOT_FOUND');
      if (event.resolvedAt !== null) throw new Fault('QUARANTINE_RESOLVED');
      const device = await devices.find(event.device);
      if (how.action === 'apply') {
        if (device === null) throw new Fault('DEVICE_NOT_FOUND');
        const [result] = await ingest(device, [repaired(event, how)], 'admin');
        if (result?.outcome === 'quarantined' || result?.outcome === 'rejected')
          throw new Fault('INVALID_REQUEST', {
            details: [{ path: result.code ?? '', message: messageOf(result) }],
          });
      }
      const resolution = how.action === 'apply' ? 'applied' : 'discarded';
      const resolved = await quarantine.resolve(id, { resolution, by, at: new Date(clock.now()) });
      if (resolved === null) throw new Fault('QUARANTINE_RESOLVED');
      return viewOf(resolved, device?.deviceId ?? event.device);
    },
  };
};
export type Review = ReturnType<typeof createReview>;
