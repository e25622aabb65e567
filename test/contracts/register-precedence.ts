import { expect } from 'chai';
import type { MarkRequest, Register } from '../../server/live/register.ts';
import type { Source, Status } from '../../shared/status.ts';
import { at, hear, mark, newTeacher, nth, op, openClass, ZERO } from './register-support.ts';

type Said = readonly [Source, Status, minute: number];

/** What stands, what comes, and whether it takes over. */
const TABLE: readonly [Said, Said, boolean][] = [
  // A teacher's mark applies over anything, also when it is older.
  [['device', 'present', 5], ['teacher', 'absent', 1], true],
  [['system', 'absent', 5], ['teacher', 'excused', 1], true],
  [['teacher', 'present', 5], ['teacher', 'absent', 1], true],
  [['teacher', 'present', 5], ['teacher', 'present', 5], true],
  // Nothing automatic overrides a teacher.
  [['teacher', 'absent', 5], ['device', 'present', 1], false],
  [['teacher', 'absent', 5], ['passkey', 'present', 9], false],
  [['teacher', 'late', 5], ['ble', 'present', 1], false],
  [['teacher', 'present', 5], ['system', 'absent', 1], false],
  // Presence beats absence, whichever came first.
  [['device', 'absent', 1], ['qr', 'present', 9], true],
  [['device', 'excused', 1], ['code', 'late', 9], true],
  [['device', 'absent', 1], ['ble', 'partial', 9], true],
  [['qr', 'present', 9], ['device', 'absent', 1], false],
  [['code', 'late', 9], ['device', 'excused', 1], false],
  // Whole presence beats presence in part.
  [['ble', 'partial', 1], ['qr', 'late', 9], true],
  [['qr', 'present', 9], ['ble', 'partial', 1], false],
  // Among presences the earliest time stands, whatever the source.
  [['qr', 'present', 5], ['device', 'late', 4], true],
  [['qr', 'late', 5], ['device', 'present', 4], true],
  [['passkey', 'partial', 5], ['code', 'partial', 4], true],
  [['qr', 'present', 5], ['device', 'late', 5], false],
  [['qr', 'late', 5], ['passkey', 'present', 6], false],
  [['device', 'present', 5], ['device', 'present', 5], false],
  // Among absences the first stands.
  [['device', 'absent', 5], ['qr', 'excused', 1], false],
  // The system's word is the lowest.
  [['system', 'absent', 1], ['device', 'absent', 9], true],
  [['system', 'absent', 1], ['qr', 'present', 9], true],
  [['device', 'absent', 9], ['system', 'present', 1], false],
  [['system', 'absent', 5], ['system', 'present', 1], false],
];

const said = ([source, status, minute]: Said): Partial<MarkRequest> => ({ source, status, at: at(minute) });

/** Precedence and the history of a row (MK6). */
export const precedenceCases = (register: () => Register): void => {
  describe('precedence', () => {
    for (const [standing, coming, applied] of TABLE) {
      const title = `${coming.join(' ')} ${applied ? 'replaces' : 'is kept out by'} ${standing.join(' ')}`;
      it(`[MK6] ${title}`, async () => {
        const { classId, sessionId, students } = await openClass(register(), 1);
        const student = nth(students, 0);
        const first = await register().mark(classId, mark(student, said(standing)));
        const second = await register().mark(classId, mark(student, said(coming)));
        const winner = applied ? coming : standing;
        const entry = { studentId: student, version: applied ? 2 : 1, ...said(winner) };
        expect(second).to.deep.equal({ ...first, version: entry.version, entry, applied });
        expect(await register().entry(classId, student)).to.deep.equal(entry);
        const { rows, counts, version } = await register().freeze(classId, sessionId);
        expect(version).to.equal(entry.version);
        expect(counts).to.deep.equal({ ...ZERO, [winner[1]]: 1, enrolled: 1 });
        const loser = { studentId: student, ...said(applied ? standing : coming), applied };
        expect(rows).to.deep.equal([{ entry, history: [loser], withdrawn: false }]);
      });
    }

    it('[MK6] a revision takes the place of its own source, whatever the time, and of no other out of turn', async () => {
      const { classId, sessionId, students } = await openClass(register(), 2);
      const [one, two] = [nth(students, 0), nth(students, 1)];
      const revise = (over: Partial<MarkRequest>) => ({ only: 'revision', source: 'ble', ...over }) as const;
      const first = await register().mark(classId, mark(one, revise({ status: 'present', at: at(3) })));
      const next = await register().mark(classId, mark(one, revise({ status: 'absent', at: at(9) })));
      expect([first.applied, next.applied, next.version]).to.deep.equal([true, true, 2]);
      await register().mark(classId, mark(two, { source: 'qr', at: at(2) }));
      const other = await register().mark(classId, mark(two, revise({ status: 'partial', at: at(9) })));
      expect([other.applied, other.entry.source]).to.deep.equal([false, 'qr']);
      await register().mark(classId, mark(one, { status: 'excused' }));
      const late = await register().mark(classId, mark(one, revise({ status: 'present', at: at(9) })));
      expect([late.applied, late.entry.status]).to.deep.equal([false, 'excused']);
      const { counts } = await register().freeze(classId, sessionId);
      expect(counts).to.deep.equal({ ...ZERO, excused: 1, present: 1, enrolled: 2 });
    });

    it('[MK10] taking back a mark leaves the student unmarked, open to whatever comes', async () => {
      const { classId, sessionId, students } = await openClass(register(), 3);
      const [one, two, three] = [nth(students, 0), nth(students, 1), nth(students, 2)];
      const heard = await hear(register(), classId);
      await register().mark(classId, mark(one, { status: 'absent' }));
      const back = mark(one, { status: 'unmarked', opId: op('back'), by: newTeacher() });
      const done = await register().mark(classId, back);
      expect([done.applied, done.version, done.entry.status]).to.deep.equal([true, 2, 'unmarked']);
      expect(await register().entry(classId, one)).to.equal(null);
      const since = await register().since(classId);
      expect([since.mode === 'snapshot' && since.entries, since.counts]).to.deep.equal([
        [],
        { ...ZERO, unmarked: 3, enrolled: 3 },
      ]);
      expect(await register().mark(classId, back)).to.deep.equal({ ...done, repeated: true });
      // Again: nothing is there to be taken back.
      const again = await register().mark(classId, { ...back, opId: op('back-2') });
      expect([again.applied, again.version]).to.deep.equal([false, 2]);
      const scan = await register().mark(classId, mark(one, { source: 'device', at: at(9) }));
      expect([scan.applied, scan.version]).to.deep.equal([true, 3]);
      // The rest are who is unmarked, whether they had been marked or not.
      await register().mark(classId, mark(two));
      await register().mark(classId, mark(two, { status: 'unmarked' }));
      const rest = await register().mark(classId, mark(two, { status: 'late', only: 'unmarked' }));
      expect([rest.applied, rest.entry.status]).to.deep.equal([true, 'late']);
      await register().mark(classId, mark(three, { status: 'unmarked' }));
      await heard.until(7);
      expect(heard.batches.at(-1)?.counts).to.deep.equal({
        ...ZERO,
        present: 1,
        late: 1,
        unmarked: 1,
        enrolled: 3,
      });
      await heard.stop();
      const { rows, counts } = await register().freeze(classId, sessionId);
      expect(counts).to.deep.equal({ ...ZERO, present: 1, late: 1, unmarked: 1, enrolled: 3 });
      const of = (id: string) => rows.find((row) => row.entry.studentId === id);
      expect(of(one)?.history.map(({ status }) => status)).to.deep.equal(['absent', 'unmarked', 'unmarked']);
      expect(of(three)?.entry.status).to.equal('unmarked');
    });

    it('[MK10] taking back a mark brings back what students and devices showed, also what came meanwhile', async () => {
      const { classId, sessionId, students } = await openClass(register(), 3);
      const [one, two, three] = [nth(students, 0), nth(students, 1), nth(students, 2)];
      const heard = await hear(register(), classId);
      const by = newTeacher();
      const shown = { source: 'code', status: 'late', at: at(5), minutesLate: 5 } as const;
      await register().mark(classId, mark(one, shown));
      await register().mark(classId, mark(one, { status: 'absent', by }));
      await register().mark(classId, mark(one, { status: 'excused', by }));
      const back = mark(one, { status: 'unmarked', by, opId: op('back') });
      const done = await register().mark(classId, back);
      const entry = { studentId: one, version: 5, ...shown };
      expect(done).to.deep.include({ applied: true, version: 5, entry, repeated: false });
      expect(await register().mark(classId, back)).to.deep.equal({ ...done, repeated: true });
      expect(await register().entry(classId, one)).to.deep.equal(entry);
      // What a student or a device showed is not the teacher's to take back.
      const kept = await register().mark(classId, mark(one, { status: 'unmarked', by }));
      expect([kept.applied, kept.version, kept.entry]).to.deep.equal([false, 5, entry]);
      // Of what came while the teacher's word stood, the best one.
      await register().mark(classId, mark(two, { status: 'absent', by }));
      await register().mark(classId, mark(two, { source: 'device', status: 'absent', at: at(2) }));
      await register().mark(classId, mark(two, { source: 'qr', at: at(8) }));
      await register().mark(classId, mark(two, { source: 'device', at: at(7) }));
      await register().mark(classId, mark(two, { source: 'ble', status: 'partial', at: at(1) }));
      // The same in one go, and a mark for the unmarked only is no evidence.
      await Promise.all([
        register().mark(classId, mark(three, { status: 'absent', by })),
        register().mark(classId, mark(three, { source: 'qr', at: at(3) })),
        register().mark(classId, mark(three, { source: 'device', at: at(1), only: 'unmarked' })),
        register().mark(classId, mark(three, { status: 'unmarked', by })),
        register().mark(classId, mark(two, { status: 'unmarked', by })),
      ]);
      expect(await register().entry(classId, two)).to.deep.include({ source: 'device', at: at(7) });
      expect(await register().entry(classId, three)).to.deep.include({ source: 'qr', at: at(3) });
      await heard.until(11);
      expect(heard.changes().map(({ version }) => version)).to.deep.equal(
        Array.from({ length: 11 }, (_, i) => i + 1),
      );
      const since = await register().since(classId, { epoch: heard.batches[0]?.epoch ?? '', version: 0 });
      expect(since.mode === 'delta' && since.changes).to.deep.equal(heard.changes());
      await heard.stop();
      const { rows, counts } = await register().freeze(classId, sessionId);
      expect(counts).to.deep.equal({ ...ZERO, present: 2, late: 1, enrolled: 3 });
      expect(
        rows
          .find((row) => row.entry.studentId === one)
          ?.history.map(({ status, applied }) => [status, applied]),
      ).to.deep.equal([
        ['late', true],
        ['absent', true],
        ['excused', true],
        ['unmarked', true],
        ['unmarked', false],
      ]);
    });

    it('[MK10] a student who was taken back leaves the roster and returns unmarked', async () => {
      const { classId, students } = await openClass(register(), 2);
      const one = nth(students, 0);
      await register().mark(classId, mark(one));
      await register().mark(classId, mark(one, { status: 'unmarked' }));
      await register().withdraw(classId, one);
      expect((await register().counts(classId)).counts).to.deep.equal({ ...ZERO, unmarked: 1, enrolled: 1 });
      const heard = await hear(register(), classId);
      await register().enrol(classId, one);
      await heard.count(1);
      expect(heard.changes()).to.deep.equal([{ version: 4, roster: 'enrolled', studentId: one }]);
      expect((await register().counts(classId)).counts).to.deep.equal({ ...ZERO, unmarked: 2, enrolled: 2 });
      await heard.stop();
    });

    it('[MK6] a mark for the unmarked only leaves a row as it is, and no trace on it', async () => {
      const { classId, sessionId, students } = await openClass(register(), 2);
      const [one, two] = [nth(students, 0), nth(students, 1)];
      await register().mark(classId, mark(one, { source: 'code' }));
      const rest = (student: typeof one) =>
        mark(student, { status: 'absent', only: 'unmarked', opId: op('rest') });
      const kept = await register().mark(classId, rest(one));
      const set = await register().mark(classId, { ...rest(two), opId: op('rest-2') });
      expect([kept.applied, kept.entry.status, set.applied, set.version]).to.deep.equal([
        false,
        'present',
        true,
        2,
      ]);
      expect((await register().mark(classId, rest(one))).repeated).to.equal(true);
      const { rows } = await register().freeze(classId, sessionId);
      expect(rows.map(({ history }) => history)).to.deep.equal([[], []]);
    });

    it('[CI9] a row keeps its flags', async () => {
      const { classId, sessionId, students } = await openClass(register(), 1);
      const student = nth(students, 0);
      const said = { source: 'code', opId: op('flag'), only: 'revision', flags: ['shared-device'] } as const;
      const { entry } = await register().mark(classId, mark(student, said));
      expect(entry.flags).to.deep.equal(['shared-device']);
      expect(await register().entry(classId, student)).to.deep.equal(entry);
      expect((await register().freeze(classId, sessionId)).rows[0]?.entry).to.deep.equal(entry);
    });

    it('[MK6] evidence that is kept out has no version and is not heard', async () => {
      const { classId, students, session } = await openClass(register(), 2);
      const heard = await hear(register(), classId);
      await register().mark(classId, mark(nth(students, 0)));
      await register().mark(classId, mark(nth(students, 0), { source: 'device', status: 'late' }));
      await register().mark(classId, mark(nth(students, 1)));
      await heard.until(2);
      expect(heard.changes().map(({ version, studentId }) => [version, studentId])).to.deep.equal([
        [1, nth(students, 0)],
        [2, nth(students, 1)],
      ]);
      const since = await register().since(classId, { epoch: session.epoch, version: 0 });
      expect(since.mode === 'delta' && since.changes).to.deep.equal(heard.changes());
      await heard.stop();
    });

    it('[MK5][MK6] automatic presences end in the earliest, in whichever order they come', async () => {
      const orders = [
        [1, 2, 3],
        [1, 3, 2],
        [2, 1, 3],
        [2, 3, 1],
        [3, 1, 2],
        [3, 2, 1],
      ];
      const { classId, students } = await openClass(register(), orders.length);
      for (const [i, minutes] of orders.entries()) {
        const student = nth(students, i);
        await register().mark(classId, mark(student, { source: 'device', status: 'absent', at: at(0) }));
        for (const minute of minutes)
          await register().mark(classId, mark(student, { source: 'qr', at: at(minute) }));
        expect((await register().entry(classId, student))?.at).to.equal(at(1));
      }
    });
  });

  describe('the history of a row', () => {
    it('[MK6] keeps everything that was said, oldest first, with who said it and why', async () => {
      const { classId, sessionId, students } = await openClass(register(), 2);
      const student = nth(students, 0);
      const by = newTeacher();
      const steps: Partial<MarkRequest>[] = [
        { source: 'device', status: 'late', at: at(9), minutesLate: 9 },
        { source: 'qr', status: 'present', at: at(3) },
        { source: 'device', status: 'present', at: at(10), skewed: true },
        { source: 'teacher', status: 'absent', at: at(20), by, reason: 'left again' },
        { source: 'code', status: 'present', at: at(21) },
        { source: 'teacher', status: 'partial', at: at(30), by },
        { source: 'ble', status: 'present', at: at(31) },
      ];
      const applied: boolean[] = [];
      for (const step of steps) {
        applied.push((await register().mark(classId, mark(student, step))).applied);
      }
      expect(applied).to.deep.equal([true, true, false, true, false, true, false]);
      const { rows } = await register().freeze(classId, sessionId);
      expect(rows).to.have.length(1);
      expect(rows[0]?.entry).to.deep.equal({ studentId: student, version: 4, ...steps[5] });
      expect(rows[0]?.history).to.deep.equal(
        [0, 1, 2, 3, 4, 6].map((i) => ({ studentId: student, ...steps[i], applied: applied[i] })),
      );
    });

    it('[MK6] keeps the latest 50, and the row as it stands whatever comes', async () => {
      const { classId, sessionId, students } = await openClass(register(), 2);
      const [scanned, remarked] = [nth(students, 0), nth(students, 1)];
      const { entry } = await register().mark(classId, mark(scanned, { status: 'absent' }));
      for (let n = 1; n <= 60; n++) {
        await register().mark(classId, mark(scanned, { source: 'device', minutesLate: n }));
        await register().mark(classId, mark(remarked, { minutesLate: n }));
      }
      const { rows } = await register().freeze(classId, sessionId);
      const of = (id: string) => rows.find((row) => row.entry.studentId === id);
      expect(of(scanned)?.entry).to.deep.equal(entry);
      expect(of(scanned)?.history.map(({ minutesLate }) => minutesLate)).to.deep.equal(
        Array.from({ length: 50 }, (_, i) => i + 11),
      );
      expect(of(remarked)?.entry.minutesLate).to.equal(60);
      expect(of(remarked)?.history.map(({ minutesLate }) => minutesLate)).to.deep.equal(
        Array.from({ length: 50 }, (_, i) => i + 10),
      );
    });
  });
};
