import type { Method } from '../../../../shared/protocol/index.ts';
import type { Status } from '../../../../shared/status.ts';

/** The ways in that this app offers. */
export const OFFERED = ['code', 'qr', 'passkey'] as const satisfies Method[];
export type Offered = (typeof OFFERED)[number];

/** Whether a status says that its student was there at some time. */
export const wasThere = (status: Status): boolean => status !== 'absent' && status !== 'excused';
