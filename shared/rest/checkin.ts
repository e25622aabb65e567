import { z } from 'zod';
import { OpId, SessionId } from '../ids.ts';
import { CheckedIn, CheckIn, RestMarked, RestStatus } from '../protocol/index.ts';

export const CheckInBody = CheckIn;
export const CheckedInView = CheckedIn.meta({ id: 'CheckedIn' });
export const CheckInSessionPath = z.strictObject({ id: SessionId });

/** The numeric code of a live session; for its staff. */
export const CodeView = z.object({ code: z.string(), expiresAt: z.string() }).meta({ id: 'SessionCode' });

/** What the projector shows now; `validUntil` is when the next token takes its place. */
export const QrView = z
  .object({
    token: z.string(),
    text: z.string(),
    validUntil: z.string(),
    validForMs: z
      .int()
      .describe('Milliseconds until then, for whoever shows it on a machine with a wrong clock.'),
    stepSeconds: z.int(),
    url: z.string(),
  })
  .meta({ id: 'SessionQr' });
export type QrView = z.infer<typeof QrView>;

/** What the teacher's device advertises in the present window. */
export const BleTokenView = z
  .object({ tokenValue: z.string(), createdAt: z.string(), expiresAt: z.string(), stepSeconds: z.int() })
  .meta({ id: 'BleToken' });

export const ScannedToken = z.strictObject({ token: z.string().trim().min(1).max(512) });
/** Stands for a scan until its student has logged in; counts once, with the scan's time. */
export const ScanTicket = z
  .object({ ticket: z.string(), scannedAt: z.string(), expiresAt: z.string() })
  .meta({ id: 'ScanTicket' });
export type ScanTicket = z.infer<typeof ScanTicket>;

export const RestBody = z.strictObject({ status: RestStatus, opId: OpId.optional() });
export const RestView = RestMarked.meta({ id: 'RestMarked' });
