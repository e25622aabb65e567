import { z } from 'zod';

/** The ways in that a session may take. `teacher` is the teacher's own mark and always possible. */
export const Method = z.enum(['teacher', 'code', 'qr', 'ble', 'passkey', 'device']);
export type Method = z.infer<typeof Method>;

/** The ways in which a student checks in with a proof of their own. */
export const OwnMethod = Method.extract(['code', 'qr', 'ble', 'passkey']);
export type OwnMethod = z.infer<typeof OwnMethod>;

/** What makes a student present: any one of the session's methods, or all of a list (CI7). */
export const Require = z.union([
  z.literal('any'),
  z
    .array(Method.exclude(['teacher']))
    .min(1)
    .max(5),
]);
export type Require = z.infer<typeof Require>;

/** What the opener of a session may ask of its check-in. */
export const CheckInOptions = {
  /** `['teacher']` unless asked for. */
  methods: z.array(Method).min(1).max(6).optional(),
  require: Require.optional(),
  /** Minutes until the numeric code expires; at the session's end unless asked for. */
  codeMinutes: z.number().positive().max(1440).optional(),
  /** Seconds between two QR tokens; 15 unless asked for. */
  qrStepSeconds: z.int().min(2).max(600).optional(),
  /** Seconds of one BLE window; 300 unless asked for. */
  bleStepSeconds: z.int().min(2).max(3600).optional(),
};
