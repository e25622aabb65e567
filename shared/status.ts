import { z } from 'zod';

/** What a register says of one student. A student without a row is unmarked. */
export const Status = z.enum(['present', 'absent', 'late', 'partial', 'excused']);
export type Status = z.infer<typeof Status>;

/** What a teacher may say of one student in a live register: a status, or `unmarked`, which takes back what teachers said. */
export const LiveStatus = z.enum([...Status.options, 'unmarked']);
export type LiveStatus = z.infer<typeof LiveStatus>;

/** Every status, in the order in which counts name them. */
export const STATUSES: readonly Status[] = Status.options;

/** Where a mark came from. `system` is the absence that DONE writes for the unmarked (DN1). */
export const Source = z.enum(['teacher', 'passkey', 'ble', 'qr', 'code', 'device', 'system']);
export type Source = z.infer<typeof Source>;

/** The statuses that mean the student was there at some time. */
export const wasThere = (status: LiveStatus): boolean =>
  status === 'present' || status === 'late' || status === 'partial';

/** The counts of one register. `unmarked` + the five statuses = `enrolled`. */
export const Counts = z.object({
  present: z.int().min(0),
  absent: z.int().min(0),
  late: z.int().min(0),
  partial: z.int().min(0),
  excused: z.int().min(0),
  unmarked: z.int().min(0),
  enrolled: z.int().min(0),
});
export type Counts = z.infer<typeof Counts>;

/** Who a connection or a request speaks for. */
export const Role = z.enum(['teacher', 'student', 'device', 'admin']);
export type Role = z.infer<typeof Role>;
