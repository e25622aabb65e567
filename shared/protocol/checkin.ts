import { z } from 'zod';
import { ClassId, OpId, SessionId } from '../ids.ts';
import { Status } from '../status.ts';
import { command } from './define.ts';
import { Method } from './methods.ts';

const text = (max: number) => z.string().trim().min(1).max(max);
const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\w-]*$/, 'must be base64url');

/** What an authenticator answers a check-in challenge with: `AuthenticationResponseJSON` of WebAuthn. */
export const PasskeyAnswer = z.object({
  id: base64url(1024).min(1),
  rawId: base64url(1024).min(1),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
  response: z.object({
    clientDataJSON: base64url(8192),
    authenticatorData: base64url(8192),
    signature: base64url(8192),
    userHandle: base64url(1024).nullish(),
  }),
});
export type PasskeyAnswer = z.infer<typeof PasskeyAnswer>;

/** The six digits. */
export const CodeProof = z.union([text(32), z.strictObject({ code: text(32) })]);
/** The scanned token, the ticket that the scan was exchanged for, or the short text beside the picture. */
export const QrProof = z.union([
  text(512),
  z.strictObject({ token: text(512) }),
  z.strictObject({ ticket: text(512) }),
  z.strictObject({ text: text(32) }),
]);
/** What was heard from the teacher's device; `rssi` in dBm is not kept. */
export const BleProof = z.union([
  text(64),
  z.strictObject({ tokenValue: text(64), rssi: z.number().min(-200).max(100).optional() }),
]);

const where = {
  classId: ClassId.optional(),
  sessionId: SessionId.optional(),
  /** What the app calls this browser or phone; several students from one are flagged for the staff (CI9). */
  clientId: text(128).optional(),
};

/** One check-in: a method, its proof, and where the proof does not say it, the class or session. */
export const CheckIn = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('code'), proof: CodeProof, ...where }),
  z.strictObject({ method: z.literal('qr'), proof: QrProof, ...where }),
  z.strictObject({ method: z.literal('ble'), proof: BleProof, ...where }),
  z.strictObject({ method: z.literal('passkey'), proof: PasskeyAnswer, ...where }),
]);
export type CheckIn = z.infer<typeof CheckIn>;

/** What a check-in came to. */
export const CheckedIn = z.object({
  classId: ClassId,
  sessionId: SessionId,
  method: Method,
  /** The student's row as it stands; null while more is needed (CI7). */
  status: Status.nullable(),
  /** When the accepted evidence was given, ISO 8601 UTC. */
  at: z.string(),
  minutesLate: z.int().optional(),
  /** True when an earlier check-in stands: this is its answer (CI2). */
  repeated: z.boolean(),
  /** Which methods are still needed. */
  missing: z.array(Method).optional(),
  /** BLE: how many windows were collected, of how many. */
  windows: z.object({ collected: z.int(), total: z.int() }).optional(),
});
export type CheckedIn = z.infer<typeof CheckedIn>;

export const checkIn = command('CHECK_IN', {
  summary: 'A student checks in with a proof of one method (the same as POST /api/v1/attendance/checkin).',
  from: ['student'],
  data: CheckIn,
  reply: CheckedIn,
  limit: { perSecond: 5, burst: 20 },
  answers: true,
});

/** What "mark the rest" came to. */
export const RestMarked = z.object({
  classId: ClassId,
  sessionId: SessionId,
  status: Status,
  /** How many were unmarked and have this status now. */
  marked: z.int(),
  /** The register's version after the last of them. */
  version: z.int(),
  repeated: z.boolean(),
});
export type RestMarked = z.infer<typeof RestMarked>;

export const RestStatus = Status.extract(['present', 'absent']);
export type RestStatus = z.infer<typeof RestStatus>;

export const markRest = command('MARK_REST', {
  summary: 'Mark every unmarked student of the class, each by a change of its own.',
  from: ['teacher', 'admin'],
  data: z.strictObject({ classId: ClassId.optional(), status: RestStatus, opId: OpId.optional() }),
  reply: RestMarked,
  limit: { perSecond: 1, burst: 5 },
  answers: true,
});
