import { z } from 'zod';
import { Paging, paged } from './common.ts';

const hexId = () => z.string().regex(/^[0-9a-f]{24}$/, 'must be a 24-character hexadecimal id');

/** What a school calls a device, and sessions name it by. */
export const DeviceName = z
  .string()
  .regex(
    /^[A-Za-z0-9][\w.:-]{0,63}$/,
    'must be 1–64 letters, digits or . : _ -, beginning with a letter or digit',
  );

/** The serial number that a terminal tells in each request. It is no secret. */
export const Serial = z.string().regex(/^[\w-]{1,64}$/, 'must be 1–64 letters, digits, _ or -');

/** A device as an admin sees it: never its key, nor the key's hash. */
export const DeviceView = z
  .object({
    id: hexId(),
    deviceId: z.string(),
    name: z.string(),
    serial: z.string().nullable(),
    createdAt: z.string(),
    revokedAt: z.string().nullable(),
    /** To within half a minute. */
    lastSeenAt: z.string().nullable(),
    /** Until when the key before the present one is still taken. */
    previousKeyUntil: z.string().nullable(),
    health: z.object({
      lastError: z.object({ code: z.string(), at: z.string() }).nullable(),
      /** The device's clock minus the server's, in ms, when it last said something of its present. */
      skewMs: z.int().nullable(),
      /** How many recognitions it said were still waiting there. */
      backlog: z.int().nullable(),
      /** How many of its events found no room in quarantine and were only counted. */
      unkept: z.int(),
    }),
  })
  .meta({ id: 'Device' });
export type DeviceView = z.infer<typeof DeviceView>;

/** A device as those see it who start sessions: nothing of its keys, its serial or its state. */
export const BindableDevice = DeviceView.pick({ id: true, deviceId: true, name: true })
  .extend({
    /** Whether a live session is bound to it already: until that is over no other can be. */
    inUse: z.boolean(),
  })
  .meta({ id: 'BindableDevice' });
export type BindableDevice = z.infer<typeof BindableDevice>;
export const BindablePage = paged(BindableDevice);

/** The only answer that holds the key. */
export const DeviceWithKey = DeviceView.extend({ key: z.string() }).meta({ id: 'DeviceWithKey' });

export const NewDevice = z.strictObject({ deviceId: DeviceName, name: z.string().trim().min(1).max(100) });
export type NewDevice = z.infer<typeof NewDevice>;

/** `serial` binds a terminal; null lets it go. */
export const DevicePatch = z
  .strictObject({
    name: z.string().trim().min(1).max(100).optional(),
    serial: Serial.nullable().optional(),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'must change something');
export type DevicePatch = z.infer<typeof DevicePatch>;

/** How long the key before stays good; at once over by default. */
export const KeyRotation = z.strictObject({
  graceMinutes: z
    .int()
    .min(0)
    .max(7 * 24 * 60)
    .default(0),
});

export const DevicePath = z.strictObject({ id: hexId() });
export const DevicePage = paged(DeviceView);
export const DeviceGone = z.object({ id: hexId() });

/** Why an event was set aside. `NO_SESSION`: a terminal's, at whose time no session of it stood. */
export const QuarantineReason = z.enum(['MALFORMED', 'UNKNOWN_STUDENT', 'CLOCK_SKEWED', 'NO_SESSION']);
export type QuarantineReason = z.infer<typeof QuarantineReason>;

/** An event that was kept for a person to look at. */
export const QuarantineView = z
  .object({
    id: hexId(),
    /** The device's name for people, as sessions know it. */
    deviceId: z.string(),
    reason: QuarantineReason,
    /** As it came, at most 2,000 characters. */
    raw: z.string(),
    /** How often it came. */
    count: z.int(),
    firstAt: z.string(),
    lastAt: z.string(),
    resolvedAt: z.string().nullable(),
    resolution: z.enum(['discarded', 'applied']).nullable(),
  })
  .meta({ id: 'QuarantinedEvent' });
export type QuarantineView = z.infer<typeof QuarantineView>;

export const QuarantineQuery = Paging.extend({ state: z.enum(['open', 'resolved']).default('open') });
export const QuarantinePage = paged(QuarantineView);

/** Discards it, or takes it in with what was wrong put right: whose it was, and when (ISO 8601 with Z or an offset). */
export const QuarantineResolution = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('discard') }),
  z.strictObject({
    action: z.literal('apply'),
    studentId: z.string().min(1).max(64).optional(),
    at: z.iso.datetime({ offset: true }).optional(),
  }),
]);
export type QuarantineResolution = z.infer<typeof QuarantineResolution>;

/** A terminal that no device is bound to yet. */
export const StrangerView = z
  .object({
    serial: z.string(),
    address: z.string(),
    firstSeenAt: z.string(),
    lastSeenAt: z.string(),
  })
  .meta({ id: 'UnknownTerminal' });
export const StrangerList = z.array(StrangerView);

/** `query` fetches the punches of a gap again, `clock` sets the terminal's clock; there are no other commands. */
export const NewTerminalCommand = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('query'),
      from: z.iso.datetime({ offset: true }),
      to: z.iso.datetime({ offset: true }),
    })
    .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
      path: ['to'],
      message: 'must be after the beginning',
    }),
  z.strictObject({ kind: z.literal('clock') }),
]);
export type NewTerminalCommand = z.infer<typeof NewTerminalCommand>;

export const TerminalCommandView = z
  .object({ id: z.int(), kind: z.enum(['query', 'clock']), askedAt: z.string() })
  .meta({ id: 'TerminalCommand' });
