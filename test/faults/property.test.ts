import { expect } from 'chai';
import fc from 'fast-check';
import { createClasses } from '../../server/data/classes.ts';
import { createRecords } from '../../server/data/records.ts';
import { createSessions } from '../../server/data/sessions.ts';
import type { ClassView } from '../../shared/client/index.ts';
import {
  type Change,
  type Entry,
  isMarked,
  isRosterChange,
  type SyncReply,
} from '../../shared/protocol/index.ts';
import { type Counts, STATUSES } from '../../shared/status.ts';
import { connectRaw, MODES, startHub, type TestHub } from '../support/hub.ts';
import {
  createPeople,
  openPropertyClass,
  type People,
  type PropertyClass,
} from '../support/property-class.ts';
import { createWalk, type Step, steps, type Walk } from '../support/property-steps.ts';

const RUNS = Number(process.env.FC_RUNS ?? 12);
/** A run takes below a second; one that takes this long, in ms, waits for what will not come. */
const LATE_MS = 20_000;

type Rows = Map<string, Entry>;
const sameCounts = (one: Counts | undefined, other: Counts) =>
  one !== undefined && (Object.keys(one) as (keyof Counts)[]).every((name) => one[name] === other[name]);
/** Waits for a view to come to something; says what it showed instead. */
const reach = (view: ClassView, wanted: unknown, predicate: (view: ClassView) => boolean): Promise<unknown> =>
  view.until(predicate).catch(() => {
    const shown = JSON.stringify({ ...view, entries: [...view.entries.values()] });
    throw new Error(`wanted ${JSON.stringify(wanted)}, shown ${shown}`);
  });
const sum = (counts: Counts) => STATUSES.reduce((total, status) => total + counts[status], 0);
const asObject = (rows: ReadonlyMap<string, object>) =>
  Object.fromEntries(
    [...rows].map(([id, { ...row }]) => [id, row]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );

/** What the log says from its beginning, put together; versions without gaps, and the counts that they come to (MK4). */
const replay = (changes: readonly Change[], roster: Set<string>) => {
  const rows: Rows = new Map();
  for (const [i, change] of changes.entries()) {
    expect(change.version, 'versions go up by one').to.equal(i + 1);
    if (!isRosterChange(change)) rows.set(change.studentId, change);
    else if (change.roster === 'enrolled') roster.add(change.studentId);
    else roster.delete(change.studentId);
  }
  const seen: Rows = new Map([...rows].filter(([id, row]) => roster.has(id) && isMarked(row)));
  const counts: Counts = {
    present: 0,
    absent: 0,
    late: 0,
    partial: 0,
    excused: 0,
    unmarked: 0,
    enrolled: roster.size,
  };
  for (const { status } of seen.values()) counts[status] += 1;
  counts.unmarked = roster.size - seen.size;
  return { rows, seen, roster, counts };
};

/** Every acknowledged mark is in the log, as it was acknowledged, once. */
const compareLog = (changes: readonly Change[], { acknowledged }: Walk) => {
  const marks = changes.flatMap((change) => (isRosterChange(change) ? [] : [change]));
  const names = marks.map(({ reason }) => reason);
  expect(new Set(names).size, `a mark twice: ${names}`).to.equal(names.length);
  for (const { name, entry, version } of acknowledged) {
    expect(version).to.equal(entry.version);
    expect(
      marks.find(({ reason }) => reason === name),
      name,
    ).to.deep.equal(entry);
  }
  return marks;
};

/** While the class runs: what everyone sees is what the log says. Returns the log. */
const compareViews = async (hub: TestHub, room: PropertyClass, walk: Walk) => {
  const { classId, students, teachers, student, listeners } = room;
  const asker = await connectRaw('plain', hub.url, { token: room.owner.token });
  const ask = async (known: object) =>
    (await asker.ask('SYNC', { classId, ...known })).data as unknown as SyncReply;
  const now = await ask({});
  if (now.mode !== 'snapshot') throw new Error(`SYNC was answered with ${now.mode}`);
  const delta = await ask({ epoch: now.epoch, version: 0 });
  asker.close();
  if (delta.mode !== 'delta') throw new Error(`the log was answered with ${delta.mode}`);
  const changes = delta.changes as Change[];
  expect(changes).to.have.lengthOf(now.version);
  const { seen, roster, counts, rows } = replay(
    changes,
    new Set(students.slice(0, 4).map(({ studentId }) => studentId)),
  );
  const marks = compareLog(changes, walk);
  expect(asObject(new Map(now.entries.map((entry) => [entry.studentId, entry])))).to.deep.equal(
    asObject(seen),
  );
  expect([...(now.roster ?? [])].sort()).to.deep.equal([...roster].sort());
  const enrolled = (await createClasses(hub.connection).find(classId))?.studentIds;
  expect([...roster].sort(), 'the class and its register').to.deep.equal([...(enrolled ?? [])].sort());
  expect(now.counts).to.deep.equal(counts);
  expect(sum(counts) + counts.unmarked).to.equal(counts.enrolled);
  for (const { view } of teachers) {
    await reach(
      view,
      { version: now.version, counts },
      ({ version, counts: told }) => version === now.version && sameCounts(told, counts),
    );
    expect(asObject(view.entries)).to.deep.equal(asObject(seen));
    expect(view.counts).to.deep.equal(counts);
    expect([...(view.roster ?? [])].sort()).to.deep.equal([...roster].sort());
  }
  const own =
    rows.get(student.view.entries.keys().next().value ?? '') ?? rows.get(students[0]?.studentId ?? '');
  const shown = own && isMarked(own) ? own : undefined;
  await reach(
    student.view,
    { own },
    ({ entries }) => entries.get(own?.studentId ?? '')?.version === shown?.version,
  );
  expect([...student.view.entries.keys()]).to.deep.equal(shown ? [students[0]?.studentId] : []);
  await reach(student.view, { version: now.version, counts }, ({ counts: told }) => sameCounts(told, counts));
  const last = marks.at(-1);
  for (const listener of listeners) {
    if (last) await listener.next('ATTENDANCE_MARKED', ({ version }) => version === last.version);
    const heard = listener.heard
      .filter(({ event }) => event === 'ATTENDANCE_MARKED')
      .map(({ data }) => data.version);
    expect(heard, 'heard once each, in order').to.deep.equal(marks.map(({ version }) => version));
  }
  return { rows, roster, counts };
};

/** In the end: one record for each, every acknowledged mark in it or in its history, once; the counts are theirs. */
const compareRecords = async (
  hub: TestHub,
  room: PropertyClass,
  walk: Walk,
  log: Awaited<ReturnType<typeof compareViews>> | undefined,
) => {
  const session = await createSessions(hub.connection).read(room.sessionId);
  const records = await createRecords(hub.connection).ofSession(room.sessionId);
  expect(session?.state).to.equal('final');
  expect(new Set(records.map(({ studentId }) => studentId)).size, 'one record each').to.equal(records.length);
  const counts: Counts = { present: 0, absent: 0, late: 0, partial: 0, excused: 0, unmarked: 0, enrolled: 0 };
  for (const { status, withdrawn } of records)
    if (!withdrawn) {
      counts[status] += 1;
      counts.enrolled += 1;
    }
  expect(session?.counts).to.deep.equal(counts);
  for (const answer of walk.doneAnswers)
    expect(answer).to.include({ ...counts, total: counts.enrolled, sessionId: room.sessionId });
  const held = records.map(({ studentId, reason, version, history }) => ({
    studentId,
    version,
    reason,
    names: [...history.map((line) => line.reason), reason].filter((name) => name !== undefined),
  }));
  const all = held.flatMap(({ names }) => names);
  expect(new Set(all).size, `a mark twice: ${all}`).to.equal(all.length);
  for (const { name, entry } of walk.acknowledged) {
    const record = held.find(({ studentId }) => studentId === entry.studentId);
    expect(record?.names, `lost: ${name}`).to.include(name);
    expect(record?.version).to.be.at.least(entry.version);
    if (record?.version === entry.version && isMarked(entry)) expect(record.reason).to.equal(name);
  }
  if (log) {
    expect(
      records
        .filter(({ withdrawn }) => !withdrawn)
        .map(({ studentId }) => studentId as string)
        .sort(),
    ).to.deep.equal([...log.roster].sort());
    for (const { studentId, status, source, version, withdrawn } of records) {
      const row = log.rows.get(studentId);
      if (row)
        expect({ status, source, version, withdrawn }).to.deep.equal({
          status: isMarked(row) ? row.status : 'absent',
          source: isMarked(row) ? row.source : 'system',
          version: row.version,
          withdrawn: !log.roster.has(studentId),
        });
      else expect({ status, source }).to.deep.equal({ status: 'absent', source: 'system' });
    }
    expect(counts).to.deep.equal({
      ...log.counts,
      absent: log.counts.absent + log.counts.unmarked,
      unmarked: 0,
    });
  }
};

for (const mode of MODES)
  describe(`any interleaving (${mode})`, function () {
    this.timeout(60_000 + RUNS * 4_000);
    let hub: TestHub;
    let people: People;
    before(async () => {
      hub = await startHub({ mode, env: { LIMIT_SCALE: '1000' } });
      people = await createPeople(hub);
    });
    after(() => hub?.stop());

    const run = async (taken: readonly Step[]): Promise<void> => {
      const room = await openPropertyClass(hub, people);
      try {
        for (const { view } of [...room.teachers, room.student])
          await reach(view, 'live', ({ state }) => state === 'live');
        for (const listener of room.listeners) await listener.ask('SYNC', { classId: room.classId });
        const walk = createWalk(hub, room);
        await walk.take(taken);
        await walk.quiet();
        expect(walk.wrong).to.deep.equal([]);
        // Who is still on the way back when the class ends is not told how it ended.
        for (const { client, view } of [...room.teachers, room.student]) {
          await client.connect();
          await view.refresh();
        }
        const log = walk.finished() ? undefined : await compareViews(hub, room, walk);
        await Promise.all([walk.done(0), walk.done(1)]);
        await compareRecords(hub, room, walk, log);
        for (const { view } of [...room.teachers, room.student]) {
          await reach(view, 'closed', ({ state }) => state === 'closed');
          // Whoever was cut off when it was told does not hear it again.
          if (log) {
            const [last] = walk.doneAnswers as [Counts];
            await reach(view, last, ({ counts }) => sameCounts(counts, last));
          }
        }
      } finally {
        await room.close();
      }
    };

    it('[MK2][MK3][MK4][MK5][SY1][DN1][DN3][DN4] all viewers and MongoDB agree in the end', () =>
      fc.assert(fc.asyncProperty(steps, run), {
        numRuns: RUNS,
        timeout: LATE_MS,
        ...(process.env.FC_SEED
          ? { seed: Number(process.env.FC_SEED), path: process.env.FC_PATH ?? '' }
          : {}),
        endOnFailure: process.env.FC_SHRINK === undefined,
      }));
  });
