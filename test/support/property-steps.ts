import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { Fault } from '../../shared/faults.ts';
import type { Entry } from '../../shared/protocol/index.ts';
import { LiveStatus } from '../../shared/status.ts';
import { call, type TestHub } from './hub.ts';
import type { PropertyClass } from './property-class.ts';

/** Something that somebody does; `who`, `student` and `op` are places in their lists. */
export type Step =
  | { does: 'mark'; who: number; student: number; status: LiveStatus }
  /** Under one of a few names: one that was used already makes this a retry, whatever it says (MK3). */
  | { does: 'raw'; who: number; student: number; status: LiveStatus; op: number }
  | { does: 'cut'; who: number }
  | { does: 'cut-raw'; who: number }
  | { does: 'roster'; student: number; enrols: boolean }
  | { does: 'sync'; who: number }
  | { does: 'summary'; who: number }
  | { does: 'wait' }
  | { does: 'done'; who: number };

const upTo = (most: number) => fc.nat({ max: most });
const status = fc.constantFrom(...LiveStatus.options);

/** Any sequence of steps; where none of them is a DONE, the class still runs at its end. */
export const steps = fc.array(
  fc.oneof(
    {
      weight: 24,
      arbitrary: fc.record({ does: fc.constant('mark' as const), who: upTo(1), student: upTo(5), status }),
    },
    {
      weight: 20,
      arbitrary: fc.record({
        does: fc.constant('raw' as const),
        who: upTo(1),
        student: upTo(5),
        status,
        op: upTo(7),
      }),
    },
    { weight: 6, arbitrary: fc.record({ does: fc.constant('cut' as const), who: upTo(2) }) },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('cut-raw' as const), who: upTo(1) }) },
    // The first student stays, and watches.
    {
      weight: 8,
      arbitrary: fc.record({
        does: fc.constant('roster' as const),
        student: fc.integer({ min: 1, max: 5 }),
        enrols: fc.boolean(),
      }),
    },
    { weight: 4, arbitrary: fc.record({ does: fc.constant('sync' as const), who: upTo(2) }) },
    { weight: 2, arbitrary: fc.record({ does: fc.constant('summary' as const), who: upTo(1) }) },
    { weight: 10, arbitrary: fc.record({ does: fc.constant('wait' as const) }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('done' as const), who: upTo(1) }) },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** An acknowledged mark; `name` stands in its reason. */
export type Acknowledged = { readonly name: string; readonly entry: Entry; readonly version: number };

/** What the answers to marks may say besides that they were taken. */
const REFUSALS = new Set(['STUDENT_NOT_ON_ROSTER', 'NO_ACTIVE_SESSION', 'SESSION_CHANGED']);

/** Takes the steps, each as soon as the one before has been begun, and keeps account of what was answered. */
export const createWalk = (hub: TestHub, room: PropertyClass) => {
  const { classId, students, teachers, student: watching, raws } = room;
  const typed = [...teachers, watching];
  const acknowledged: Acknowledged[] = [];
  /** The first answer under each name of an operation. */
  const answers = new Map<string, unknown>();
  const doneAnswers: unknown[] = [];
  const wrong: string[] = [];
  const underWay = new Set<Promise<unknown>>();
  let marks = 0;
  let finished = false;

  const spawn = (work: Promise<unknown>): void => {
    const one = work
      .catch((error: unknown) =>
        wrong.push(error instanceof Error ? (error.stack ?? error.message) : String(error)),
      )
      .finally(() => underWay.delete(one));
    underWay.add(one);
  };
  const idOf = (place: number) => students[place]?.studentId ?? '';

  /** Only taking back may be answered with another's row: there was nothing to be taken back (MK10). */
  const acknowledge = (name: string, as: LiveStatus, answer: { entry: Entry; version: number }) => {
    if (answer.entry.reason === name)
      acknowledged.push({ name, entry: answer.entry, version: answer.version });
    else if (as !== 'unmarked' || answer.entry.status !== 'unmarked')
      wrong.push(`${name} was answered with ${answer.entry.reason}`);
  };
  const mark = async (who: number, place: number, as: LiveStatus): Promise<void> => {
    const name = `typed ${++marks}`;
    try {
      const { client } = teachers[who] ?? teachers[0];
      const reply = await client.mark({ classId, studentId: idOf(place), status: as, reason: name });
      acknowledge(name, as, reply);
    } catch (error) {
      if (!(error instanceof Fault) || !REFUSALS.has(error.code)) throw error;
    }
  };
  const raw = async (who: number, place: number, as: LiveStatus, op: number): Promise<void> => {
    const name = `raw ${++marks}`;
    const opId = `op-${op}`;
    const from = raws[who] ?? raws[0];
    const data = { studentId: idOf(place), status: as, opId, reason: name };
    const reply = await from?.ask('ATTENDANCE_MARKED', data).catch(() => undefined);
    if (reply === undefined) return; // cut off: it may have been taken
    if (!reply.success) {
      if (!REFUSALS.has(reply.code ?? '')) wrong.push(`${name}: ${reply.code}`);
      return;
    }
    const { repeated, ...answer } = reply.data as { repeated: boolean; version: number; entry: Entry };
    const key = `${from?.by} ${opId}`;
    const first = answers.get(key);
    if (first !== undefined && !isDeepStrictEqual(first, answer))
      wrong.push(`${name} under ${opId}: ${JSON.stringify(answer)}, at first ${JSON.stringify(first)}`);
    answers.set(key, answer);
    if (!repeated) {
      acknowledge(name, as, answer);
    }
  };
  const roster = async (place: number, enrols: boolean): Promise<void> => {
    const { token } = room.owner;
    const path = `/api/v1/classes/${classId}/students`;
    const answer = enrols
      ? await call(hub.url, 'POST', path, token, { studentId: idOf(place) })
      : await call(hub.url, 'DELETE', `${path}/${idOf(place)}`, token);
    if (!answer.success) wrong.push(`roster: ${answer.code}`);
  };
  const done = async (who: number): Promise<void> => {
    finished = true;
    const { client } = teachers[who] ?? teachers[0];
    doneAnswers.push(await client.done({ classId }));
  };

  /** What a step begins; nothing for those that are over at once. */
  const begin = (step: Step): Promise<unknown> | undefined => {
    switch (step.does) {
      case 'mark':
        return mark(step.who, step.student, step.status);
      case 'raw':
        return raw(step.who, step.student, step.status, step.op);
      case 'cut':
        typed[step.who]?.cut();
        return undefined;
      case 'cut-raw':
        return raws[step.who]?.cut();
      case 'roster':
        return roster(step.student, step.enrols);
      case 'sync':
        return typed[step.who]?.view.refresh().catch(() => {});
      case 'summary':
        return raws[step.who]?.ask('TODAY_SUMMARY', {}).catch(() => {});
      case 'done':
        return done(step.who);
      case 'wait':
        return undefined;
    }
  };

  return {
    acknowledged,
    doneAnswers,
    /** What was answered otherwise than it may be. */
    wrong,
    finished: () => finished,
    /** Whatever is under way has been answered. */
    async quiet(): Promise<void> {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async take(all: readonly Step[]): Promise<void> {
      for (const step of all) {
        const begun = begin(step);
        if (begun) spawn(begun);
        // A wait is for one answer, whichever comes first; else the step is on its way when the next is begun.
        if (step.does === 'wait' && underWay.size > 0) await Promise.race(underWay);
        else await new Promise((resolve) => setImmediate(resolve));
      }
    },
    done,
  };
};
export type Walk = ReturnType<typeof createWalk>;
