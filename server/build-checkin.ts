import type { Connection } from 'mongoose';
import type { ClassId, SessionId, StudentId, UserId } from '../shared/ids.ts';
import type { Stores } from './build-stores.ts';
import type { Config } from './config.ts';
import { createCheckIns } from './data/checkins.ts';
import type { Classes } from './data/classes.ts';
import { createPasskeys } from './data/passkeys.ts';
import type { Records } from './data/records.ts';
import type { SessionRecord, Sessions } from './data/sessions.ts';
import type { Users } from './data/users.ts';
import type { Publish } from './domain/audience.ts';
import type { Who } from './domain/who.ts';
import type { Reach } from './features/attendance/reach.ts';
import { keyed } from './features/auth/keys.ts';
import { createAgain } from './features/checkin/again.ts';
import { createBleMethod } from './features/checkin/ble.ts';
import { createBound } from './features/checkin/bound.ts';
import { createCodeMethod } from './features/checkin/code.ts';
import { createEnding } from './features/checkin/ending.ts';
import { createEvidence } from './features/checkin/evidence.ts';
import { checkInHandlers } from './features/checkin/handlers.ts';
import { createKeep } from './features/checkin/keep.ts';
import { createLateEvidence } from './features/checkin/late-evidence.ts';
import { createMarkRest } from './features/checkin/mark-rest.ts';
import { createNewcomers } from './features/checkin/newcomers.ts';
import { createPasskeyMethod } from './features/checkin/passkey.ts';
import { createQrMethod } from './features/checkin/qr.ts';
import { createRotating } from './features/checkin/rotating.ts';
import { createCheckInService } from './features/checkin/service.ts';
import { createTakingSessions, isTaking } from './features/checkin/sessions.ts';
import { createSharedDevices } from './features/checkin/shared-device.ts';
import { createStaffView } from './features/checkin/staff.ts';
import { createCheckInThrottle } from './features/checkin/throttle.ts';
import type { Rosters } from './features/classes/rosters.ts';
import { createPasskeyService } from './features/passkeys/passkeys.ts';
import type { Checkpoint } from './kit/checkpoint.ts';
import type { Clock } from './kit/clock.ts';
import type { Log } from './kit/log.ts';
import type { Metrics } from './kit/metrics.ts';
import type { MarkOutcome } from './live/register.ts';

type Parts = {
  readonly connection: Connection;
  readonly sessions: Sessions;
  readonly classes: Classes;
  readonly users: Users;
  readonly records: Records;
  readonly register: Stores['register'];
  readonly limiters: Stores['limiters'];
  readonly metrics: Metrics;
  readonly config: Config;
  readonly secret: string;
  readonly publish: Publish;
  /** DONE (finalizer), which is made after this. */
  readonly finish: (request: { classId: ClassId; sessionId: SessionId }) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
  readonly checkpoint: Checkpoint;
};

/** Joins the ways in. Comes before the sessions, which keep and judge by it; `join` adds what is made after them. */
export const buildCheckIn = async (parts: Parts) => {
  const { connection, register, metrics, config, secret, clock, log } = parts;
  const checkIns = createCheckIns(connection);
  const keys = createPasskeys(connection);
  await Promise.all([checkIns.ensureIndexes(), keys.ensureIndexes()]);
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${config.PORT}`;
  if (config.PUBLIC_URL === undefined)
    log.warn(
      { passkeysAt: publicUrl },
      'PUBLIC_URL is not set: passkeys work at this address only; set it to the one that people open',
    );

  const onMarked = ({ entry, applied, repeated }: MarkOutcome) =>
    metrics.marks.inc({
      source: entry.source,
      outcome: repeated ? 'repeated' : applied ? 'applied' : 'kept',
    });
  const sessions = createTakingSessions(parts);
  const attends = async (userId: UserId) => (await parts.classes.membershipsOf(userId)).students;
  const isOnRoster = async (classId: ClassId, studentId: StudentId) =>
    (await attends(studentId as string as UserId)).includes(classId);
  const ending = createEnding(parts);
  const devices = createSharedDevices({ register, checkIns, records: parts.records, log });
  const { rowMade, recordMade } = devices;
  const evidence = createEvidence({ ...parts, checkIns, isOnRoster, onMarked, rowMade, ending });
  const late = createLateEvidence({ ...parts, afterwards: evidence.afterwards, recordMade });
  const rotating = createRotating(keyed(secret, 'check-in tokens'));
  const passkeys = createPasskeyService({ ...parts, passkeys: keys, publicUrl });
  const qr = createQrMethod({
    rotating,
    sign: keyed(secret, 'scan tickets'),
    useTicket: checkIns.useTicket,
    liveSession: async (id) => {
      const session = await sessions.ofId(id);
      return session?.state === 'live' && isTaking(session) ? session : null;
    },
    publicUrl,
  });
  /** Every method that a student has a proof for. */
  const methods = {
    code: createCodeMethod({ sessionOf: sessions.ofCode }),
    qr: qr.method,
    ble: createBleMethod({
      rotating,
      offered: (session, step) => evidence.offered(session, step, clock.now()),
    }),
    passkey: createPasskeyMethod({ check: passkeys.check }),
  };
  const throttle = createCheckInThrottle({ ...parts, scale: config.LIMIT_SCALE });

  return {
    /** For those who start and finish sessions. */
    keep: createKeep(methods),
    beforeFreeze: evidence.beforeFreeze,
    opened: sessions.remember,
    /** For other ways to learn that a student is there, such as devices: judged together with the rest. */
    evidence,
    /** For what they bring after the end. */
    late,
    forgetOver: async (now: Date) =>
      void (await Promise.all([checkIns.forgetOver(now), keys.forgetOver(now)])),

    join({
      reach,
      revive,
      asStaff,
      rosters,
    }: {
      reach: Reach;
      rosters: Rosters;
      revive: (classId: ClassId) => Promise<boolean>;
      asStaff: (who: Pick<Who, 'userId' | 'role'>, id: SessionId) => Promise<SessionRecord>;
    }) {
      const service = createCheckInService({
        methods,
        sessions,
        evidence,
        devices,
        throttle,
        register,
        revive,
        enrols: parts.classes.enrolsByCheckIn,
        again: createAgain({ register, checkIns, records: parts.records, ending, clock }),
        bound: createBound({ qr, ending, late, devices, clock }),
        newcomers: createNewcomers({ rosters, records: parts.records, ending, log }),
        clock,
        checkpoint: parts.checkpoint,
      });
      const rest = createMarkRest({ ...parts, checkIns, alive: reach.alive, onMarked });
      const show = createStaffView({ asStaff, clock });
      return {
        handlers: checkInHandlers({ checkIns: service, rest, classOf: reach.classOf }),
        services: {
          checkIn: {
            service,
            rest,
            attends,
            asStaff,
            ticketFor: (token: string) => qr.ticketFor(token, clock.now()),
            code: (who: Who, id: SessionId) => show(methods.code, who, id),
            qr: (who: Who, id: SessionId) => show(methods.qr, who, id),
            ble: (who: Who, id: SessionId) => show(methods.ble, who, id),
          },
          passkeys,
          passkeySession: async (
            userId: UserId,
            where: { classId?: ClassId | undefined; sessionId?: SessionId | undefined },
          ) => (await service.sessionFor({ userId, attends: () => attends(userId) }, 'passkey', where)).id,
        },
      };
    },
  };
};
