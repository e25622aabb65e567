import type mongoose from 'mongoose';
import { createAlarms } from '../../server/data/alarms.ts';
import { createClasses } from '../../server/data/classes.ts';
import { connectMongo, oid } from '../../server/data/mongo.ts';
import { createRecords } from '../../server/data/records.ts';
import { createSessions } from '../../server/data/sessions.ts';
import type { Publish } from '../../server/domain/audience.ts';
import { createFinalizer, type DoneRequest } from '../../server/features/attendance/finalizer.ts';
import { createSettle } from '../../server/features/attendance/settle.ts';
import { createClockwork } from '../../server/features/sessions/clockwork.ts';
import { createSessionService } from '../../server/features/sessions/service.ts';
import { createStanding } from '../../server/features/sessions/standing.ts';
import { createStarting } from '../../server/features/sessions/starting.ts';
import { createSweeper } from '../../server/features/sessions/sweeper.ts';
import { type Checkpoint, noCheckpoint } from '../../server/kit/checkpoint.ts';
import { type Clock, systemClock } from '../../server/kit/clock.ts';
import { createLog } from '../../server/kit/log.ts';
import type { Register } from '../../server/live/register.ts';
import type { ClassId, SessionId, StudentId, UserId } from '../../shared/ids.ts';

/** What was told to a class, in order. */
export type Told = { readonly name: string; readonly classId: ClassId; readonly data: unknown };

export type Options = {
  readonly url: string;
  readonly register: (connection: mongoose.Connection) => Promise<Register> | Register;
  readonly clock?: Clock;
  readonly checkpoint?: Checkpoint;
  readonly patienceMs?: number;
  readonly maxMinutes?: number;
  readonly timeZone?: string;
};

/** One process's worth of the service, on a connection of its own. Its hub only writes down what it is told. */
export const createInstance = async (options: Options) => {
  const { clock = systemClock, checkpoint = noCheckpoint, patienceMs = 0 } = options;
  const log = createLog(process.env.TEST_LOG ?? 'silent');
  const connection = await connectMongo(options.url);
  const sessions = createSessions(connection);
  const records = createRecords(connection);
  const classes = createClasses(connection);
  const alarms = createAlarms(connection, { log });
  await Promise.all([sessions, records, classes, alarms].map((part) => part.ensureIndexes()));
  const register = await options.register(connection);

  const told: Told[] = [];
  const waiting = new Set<() => void>();
  const publish: Publish = (event, { classId }, data) => {
    told.push({ name: event.name, classId, data });
    for (const look of waiting) look();
  };
  const ended = (sessionId: SessionId) => void alarms.cancel(sessionId).catch(() => {});
  const shared = { sessions, records, classes, register, publish, clock, log, checkpoint, alarms, ended };
  const settling = createSettle(shared);
  const settle = settling.settle;
  const finalizer = createFinalizer({ ...shared, settle: settling });
  const finish = (request: DoneRequest) => finalizer.done(request);
  const standing = createStanding({ ...shared, settle });
  const starting = createStarting({
    ...shared,
    standing,
    finish,
    settle,
    takesDevice: async (deviceId) => deviceId !== 'nobody-knows-it',
    timeZone: options.timeZone ?? 'UTC',
    maxMinutes: options.maxMinutes ?? 180,
  });
  const service = createSessionService({
    ...shared,
    timeZone: options.timeZone ?? 'UTC',
    starting,
    standing,
    finish,
    settle,
  });
  const sweeper = createSweeper({ ...shared, standing, finish, settle, patienceMs });
  const clockwork = createClockwork({ sessions, sweeper, finish, log });

  return {
    connection,
    sessions,
    records,
    classes,
    alarms,
    register,
    told,
    finalizer,
    standing,
    service,
    sweeper,
    clockwork,
    settle: settling,
    toldOf: (classId: ClassId, name: string): Told[] =>
      told.filter((one) => one.classId === classId && one.name === name),
    /** Resolves when the class has been told of something. */
    async heard(classId: ClassId, name: string): Promise<Told> {
      for (;;) {
        const one = told.find((each) => each.classId === classId && each.name === name);
        if (one) return one;
        await new Promise<void>((resolve) => {
          const look = () => {
            waiting.delete(look);
            resolve();
          };
          waiting.add(look);
        });
      }
    },
    /** Everything that runs after the answers is over. */
    idle: () => finalizer.idle(),
    async close(): Promise<void> {
      await finalizer.idle();
      await connection.close();
    },
  };
};
export type Instance = Awaited<ReturnType<typeof createInstance>>;

let last = 0;
const newId = (): string => (0x5c_0000_0000_00 + ++last).toString(16).padStart(24, '0');
export const newTeacher = () => ({ userId: newId() as UserId, role: 'teacher' as const });
export const newStudent = (): StudentId => newId() as StudentId;

/** Puts many students on a roster at once. */
export const enrolAll = async (
  { connection }: Pick<Instance, 'connection'>,
  classId: ClassId,
  students: readonly StudentId[],
): Promise<void> => {
  await connection
    .collection('classes')
    .updateOne({ _id: oid(classId) }, { $set: { studentIds: students.map((id) => oid(id)) } });
};

/** A class with so many students and its teacher. */
export const newClass = async (instance: Pick<Instance, 'classes' | 'connection'>, size: number) => {
  const teacher = newTeacher();
  const info = await instance.classes.create({
    className: 'Class',
    teacherId: teacher.userId,
    visibility: 'private',
    createdAt: new Date(),
  });
  const students = Array.from({ length: size }, newStudent);
  await enrolAll(instance, info.id, students);
  return { classId: info.id, teacher, students };
};
