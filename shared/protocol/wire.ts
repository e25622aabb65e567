// Without zod: a page that needs only this does not load it.
import type { LiveStatus, Status } from '../status.ts';
import type { Change, RosterChange } from './attendance.ts';

/** Where Socket.IO and the plain WebSocket listen. */
export const SOCKET_IO_PATH = '/socket.io';
export const PLAIN_PATH = '/ws';

/**
 * The path of a plain WebSocket that is for one class: this, and the class's id. What it says without a `classId` means
 * that class, and it hears of no other (WS10).
 */
export const PLAIN_CLASS_PATH = '/ws/class/';

/** The largest message that either wire takes, in bytes; a longer one closes the connection with 1009. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** Whether a row says anything, or a step of the log that it was taken back (MK10). */
export const isMarked = <T extends { readonly status: LiveStatus }>(
  said: T,
): said is T & { readonly status: Status } => said.status !== 'unmarked';

/** Tells a change of the roster from a mark. */
export const isRosterChange = (change: Change): change is RosterChange => 'roster' in change;
