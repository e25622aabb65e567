import * as attendance from './attendance.ts';
import * as checkin from './checkin.ts';
import * as connection from './connection.ts';
import * as devices from './devices.ts';
import * as sessions from './sessions.ts';

/** Every message that a client may send, by its name on the wire. */
export const COMMANDS = {
  ATTENDANCE_MARKED: attendance.mark,
  TODAY_SUMMARY: attendance.todaySummary,
  MY_ATTENDANCE: attendance.myAttendance,
  DONE: attendance.done,
  CHECK_IN: checkin.checkIn,
  MARK_REST: checkin.markRest,
  SESSION_START: sessions.sessionStart,
  SYNC: sessions.sync,
  STUDENT_RECOGNIZED: devices.recognized,
  RENEW: connection.renew,
} as const;

/** Every message that the server sends on its own. One name may be told to several audiences in several shapes. */
export const EVENTS = [
  attendance.marked,
  attendance.markedOwn,
  attendance.summaryTold,
  attendance.doneTold,
  attendance.counts,
  sessions.sessionStarted,
  sessions.sessionClosed,
  sessions.corrected,
  sessions.resync,
  connection.error,
] as const;

export type Commands = typeof COMMANDS;
export type CommandName = keyof Commands;
export type EventName = (typeof EVENTS)[number]['name'];

export * from './attendance.ts';
export * from './checkin.ts';
export * from './connection.ts';
export * from './define.ts';
export * from './devices.ts';
export * from './envelope.ts';
export * from './methods.ts';
export * from './sessions.ts';
export * from './wire.ts';
