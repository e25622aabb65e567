import { expect } from 'chai';
import { oid } from '../../server/data/mongo.ts';
import type { Answer, Raw, TestHub } from '../support/hub.ts';
import { call, MODES, startHub, WIRES } from '../support/hub.ts';
import { begin, createDoor, good, liveClass, names, newClass, refused, said } from '../support/live-class.ts';

type Marked = {
  classId: string;
  sessionId: string;
  epoch: string;
  version: number;
  repeated: boolean;
  entry: { studentId: string; status: string; version: number; at: string; by: string; skewed?: boolean };
};
type Synced = {
  mode: string;
  version: number;
  counts: Record<string, number>;
  entries: { studentId: string; status: string; version: number }[];
};

const NOBODY = '0123456789abcdef01234567';
const NO_SESSION = refused('No active attendance session', 'NO_ACTIVE_SESSION');

for (const mode of MODES)
  describe(`marks on the wire (${mode})`, () => {
    const door = createDoor();
    let hub: TestHub;
    before(async () => {
      hub = await startHub({ mode });
    });
    afterEach(() => door.closeAll());
    after(() => hub.stop());

    const marks =
      (raw: Raw, classId: string) =>
      (studentId: string, status: string, more: Record<string, unknown> = {}): Promise<Answer> =>
        raw.ask('ATTENDANCE_MARKED', { classId, studentId, status, ...more });
    const everything = async (raw: Raw, classId: string) => good<Synced>(await raw.ask('SYNC', { classId }));
    const summary = async (raw: Raw, classId: string) => good(await raw.ask('TODAY_SUMMARY', { classId }));

    for (const wire of WIRES)
      describe(`over ${wire}`, () => {
        it('[MK1] what is acknowledged stands in the register for whoever looks next', async () => {
          const { classId, session, ada, bo, cy } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const other = await door.enter(wire, hub, bo);
          const marked = good<Marked>(await marks(one, classId)(cy.id, 'late', { reason: 'bus' }));
          expect(marked).to.include({ classId, sessionId: session.id, version: 1, repeated: false });
          expect(marked.entry).to.include({ studentId: cy.id, status: 'late', by: ada.id, version: 1 });
          const { entries, version } = await everything(other, classId);
          expect({ entries, version }).to.deep.equal({ entries: [marked.entry], version: 1 });
        });

        it('[MK2] a stranger’s id is an error, changes nothing and is not announced', async () => {
          const { classId, ada, bo, cy } = await liveClass(hub);
          const stranger = await hub.school.person('student');
          const one = await door.enter(wire, hub, ada);
          const other = await door.enter(wire, hub, bo);
          const mark = marks(one, classId);
          const off = refused("Student is not on this class's roster", 'STUDENT_NOT_ON_ROSTER');
          for (const id of [stranger.id, ada.id, NOBODY])
            expect(await mark(id, 'present', { opId: 'a' })).to.deep.equal(off);
          expect(await everything(one, classId)).to.deep.include({ version: 0, entries: [] });
          expect(await summary(one, classId)).to.include({ total: 0, version: 0, unmarked: 3, enrolled: 3 });
          // A refused opId is not used up.
          good(await mark(cy.id, 'present', { opId: 'a' }));
          await other.next('ATTENDANCE_MARKED');
          expect(names(other)).to.deep.equal(['TODAY_SUMMARY', 'ATTENDANCE_MARKED']);
        });

        it('[MK3] a repeated opId returns the first answer and is not announced again', async () => {
          const { classId, ada, bo, cy, di } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const other = await door.enter(wire, hub, bo);
          const own = await door.enter(wire, hub, cy);
          const mark = marks(one, classId);
          const first = good<Marked>(await mark(cy.id, 'late', { opId: 'one' }));
          const changed = good<Marked>(await mark(cy.id, 'present', { opId: 'two' }));
          // Sent again, whatever it says this time, and by whichever connection of the sender.
          const again = await door.enter(wire, hub, ada);
          for (const repeat of [
            await mark(cy.id, 'late', { opId: 'one' }),
            await mark(di.id, 'excused', { opId: 'one' }),
            await marks(again, classId)(cy.id, 'late', { opId: 'one' }),
          ])
            expect(good(repeat)).to.deep.equal({ ...first, repeated: true });
          // Another sender's opId is another name.
          expect(good<Marked>(await marks(other, classId)(di.id, 'absent', { opId: 'one' }))).to.include({
            version: 3,
            repeated: false,
          });
          good(await mark(cy.id, 'absent', { opId: 'three' }));
          await own.next('ATTENDANCE_MARKED', ({ version }) => version === 4);
          await other.next('ATTENDANCE_MARKED', ({ version }) => version === 4);
          expect(said(other, 'ATTENDANCE_MARKED').map(({ version }) => version)).to.deep.equal([1, 2, 3, 4]);
          expect(said(own, 'ATTENDANCE_MARKED').map(({ version }) => version)).to.deep.equal([1, 2, 4]);
          // Late retries, after the session has gone.
          good(await one.ask('DONE', { classId }));
          expect(good(await mark(cy.id, 'present', { opId: 'two' }))).to.deep.equal({
            ...changed,
            repeated: true,
          });
          expect(await mark(cy.id, 'present', { opId: 'four' })).to.deep.equal(NO_SESSION);
        });

        it('[MK4][MK5] two teachers at once: versions without gaps, and one agreed state', async () => {
          const { classId, ada, bo, cy, di } = await liveClass(hub);
          const [one, two] = [await door.enter(wire, hub, ada), await door.enter(wire, hub, bo)];
          const [own, ...others] = [await door.enter(wire, hub, cy), await door.enter(wire, hub, di)];
          const words = ['present', 'late', 'absent', 'excused', 'partial'];
          const rounds = 40;
          const answers = await Promise.all(
            Array.from({ length: rounds }, (_, n) => {
              const raw = n % 2 === 0 ? one : two;
              return marks(raw, classId)((n % 3 === 0 ? di : cy).id, words[n % words.length] ?? 'late');
            }),
          );
          const versions = answers.map((answer) => good<Marked>(answer).version).sort((a, b) => a - b);
          const gapless = Array.from({ length: rounds }, (_, n) => n + 1);
          expect(versions).to.deep.equal(gapless);
          const { entries, version } = await everything(one, classId);
          expect(version).to.equal(rounds);
          const final = new Map(entries.map((entry) => [entry.studentId, entry]));
          for (const raw of [one, two]) {
            await raw.next('ATTENDANCE_MARKED', (data) => data.version === rounds);
            const heard = said(raw, 'ATTENDANCE_MARKED');
            expect(heard.map((data) => data.version)).to.deep.equal(gapless);
            for (const id of [cy.id, di.id])
              expect(heard.findLast(({ studentId }) => studentId === id)).to.include(final.get(id));
          }
          for (const [raw, id] of [
            [own, cy.id],
            [others[0] as Raw, di.id],
          ] as const) {
            const last = final.get(id)?.version;
            const { status } = await raw.next('ATTENDANCE_MARKED', (data) => data.version === last);
            expect(status).to.equal(final.get(id)?.status);
            const rising = said(raw, 'ATTENDANCE_MARKED').map((data) => Number(data.version));
            expect(rising).to.deep.equal([...rising].sort((a, b) => a - b));
            expect(good(await raw.ask('MY_ATTENDANCE', { classId }))).to.deep.equal({ status });
          }
        });

        it('[MK6] a teacher’s later decision stands, the earlier ones are kept in the record', async () => {
          const { classId, session, ada, bo, cy } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const two = await door.enter(wire, hub, bo);
          good(await marks(one, classId)(cy.id, 'absent', { reason: 'not seen' }));
          good(await marks(two, classId)(cy.id, 'late', { reason: 'bus' }));
          good(await one.ask('DONE', { classId }));
          const record = await hub.connection
            .collection('records')
            .findOne({ sessionId: oid(session.id), studentId: oid(cy.id) });
          expect(record).to.include({ status: 'late', source: 'teacher', reason: 'bus' });
          expect(record?.history).to.have.length(1);
          expect(record?.history[0]).to.include({ status: 'absent', by: ada.id, reason: 'not seen' });
        });

        it('[MK7] `at` is kept inside the session’s window, bounded and flagged outside', async () => {
          const { classId, session, ada, cy, di, ed } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const own = await door.enter(wire, hub, di);
          const mark = marks(one, classId);
          const hour = 3_600_000;
          const at = (offset: number) => new Date(Date.parse(session.openedAt) + offset).toISOString();

          const inside = good<Marked>(await mark(cy.id, 'present', { at: session.openedAt }));
          expect(inside.entry.at).to.equal(session.openedAt);
          expect(inside.entry).to.not.have.property('skewed');
          const before = good<Marked>(await mark(di.id, 'present', { at: at(-hour) }));
          expect(before.entry).to.include({ at: session.openedAt, skewed: true });
          const asked = Date.now();
          const after = good<Marked>(await mark(ed.id, 'present', { at: at(hour) }));
          expect(after.entry.skewed).to.equal(true);
          expect(Date.parse(after.entry.at)).to.be.within(asked, Date.now());
          // A clock that is off by a moment is set right and not complained of.
          const nearly = good<Marked>(await mark(cy.id, 'late', { at: at(-1_000) }));
          expect(nearly.entry.at).to.equal(session.openedAt);
          expect(nearly.entry).to.not.have.property('skewed');
          expect(await own.next('ATTENDANCE_MARKED')).to.include({ at: session.openedAt });

          for (const nonsense of ['yesterday', '2026-02-30T10:00:00Z', 1_700_000_000, null])
            expect(await mark(cy.id, 'absent', { at: nonsense })).to.include({
              error: 'Invalid message format',
              code: 'INVALID_MESSAGE',
            });
        });

        it('[SE1][MK7] a mark for another session than the live one is refused', async () => {
          const made = await liveClass(hub);
          const { classId, session, ada, cy } = made;
          const one = await door.enter(wire, hub, ada);
          const mark = marks(one, classId);
          good(await mark(cy.id, 'late', { sessionId: session.id }));
          const cancel = `/api/v1/sessions/${session.id}/cancel`;
          expect((await call(hub.url, 'POST', cancel, ada.token)).status).to.equal(200);
          expect(await mark(cy.id, 'late', { sessionId: session.id })).to.deep.equal(NO_SESSION);
          const next = await begin(hub, made);
          const changed = refused(
            'That session is over; another one is live in this class',
            'SESSION_CHANGED',
          );
          for (const sessionId of [session.id, NOBODY])
            expect(await mark(cy.id, 'present', { sessionId })).to.deep.equal(changed);
          expect(await everything(one, classId)).to.deep.include({ version: 0, entries: [] });
          // What was remembered of the class is not in the way of marks that name no session.
          expect(good<Marked>(await mark(cy.id, 'present'))).to.include({ sessionId: next.id, version: 1 });
        });

        it('[MK8] classId may be left out with exactly one live session in reach, else the error says so', async () => {
          const first = await liveClass(hub);
          const second = await newClass(hub);
          const { ada, cy } = first;
          const add = (path: string, body: unknown) =>
            call(hub.url, 'POST', `/api/v1/classes/${second.classId}/${path}`, second.ada.token, body);
          expect((await add('co-teachers', { userId: ada.id })).status).to.equal(200);
          expect((await add('students', { studentId: cy.id })).status).to.equal(200);
          const one = await door.enter(wire, hub, ada);
          const own = await door.enter(wire, hub, cy);
          const data = { studentId: cy.id, status: 'late' };

          // Of two classes one is live.
          expect(good<Marked>(await one.ask('ATTENDANCE_MARKED', data)).classId).to.equal(first.classId);
          expect(good(await one.ask('TODAY_SUMMARY')).classId).to.equal(first.classId);
          expect(good(await own.ask('MY_ATTENDANCE'))).to.deep.equal({ status: 'late' });

          await begin(hub, second);
          const several = refused(
            'Several live sessions are in reach; name one with classId',
            'CLASS_AMBIGUOUS',
          );
          expect(await one.ask('ATTENDANCE_MARKED', data)).to.deep.equal(several);
          expect(await one.ask('TODAY_SUMMARY')).to.deep.equal(several);
          expect(await one.ask('DONE')).to.deep.equal(several);
          expect(await own.ask('MY_ATTENDANCE')).to.deep.equal(several);

          good(await one.ask('DONE', { classId: second.classId }));
          expect(good(await one.ask('DONE')).classId).to.equal(first.classId);
          expect(await one.ask('ATTENDANCE_MARKED', data)).to.deep.equal(NO_SESSION);
          expect(await one.ask('TODAY_SUMMARY')).to.deep.equal(NO_SESSION);
          expect(await one.ask('DONE')).to.deep.equal(NO_SESSION);
          expect(await own.ask('MY_ATTENDANCE')).to.deep.equal(NO_SESSION);

          const admin = await door.enter(wire, hub, await hub.school.person('admin'));
          expect(await admin.ask('TODAY_SUMMARY')).to.deep.equal(
            refused('Name the class with classId', 'CLASS_NAME_NEEDED'),
          );
          const lonely = await door.enter(wire, hub, await hub.school.person('teacher'));
          expect(await lonely.ask('ATTENDANCE_MARKED', data)).to.deep.equal(NO_SESSION);
        });

        it('[DN1] the summary’s total counts the marked, DONE’s the whole class', async () => {
          const { classId, session, ada, cy, di } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const own = await door.enter(wire, hub, cy);
          const counts = { present: 1, late: 1, partial: 0, excused: 0, enrolled: 3 };
          good(await marks(one, classId)(cy.id, 'present'));
          good(await marks(one, classId)(di.id, 'late'));
          const told = { ...counts, classId, absent: 0, unmarked: 1, total: 2, version: 2 };
          expect(await summary(one, classId)).to.deep.equal(told);
          expect(await own.next('TODAY_SUMMARY')).to.deep.equal(told);
          const done = {
            ...counts,
            message: 'Attendance persisted',
            classId,
            sessionId: session.id,
            absent: 1,
            unmarked: 0,
            total: 3,
          };
          expect(good(await one.ask('DONE', { classId }))).to.deep.equal(done);
          expect(await own.next('DONE')).to.deep.equal(done);
          expect(await one.next('DONE')).to.deep.equal(done);
        });

        it('[AU1] MY_ATTENDANCE says "not yet updated" before the mark, and goes to the one who asks alone', async () => {
          const { classId, ada, cy, di } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const own = await door.enter(wire, hub, cy);
          const other = await door.enter(wire, hub, di);
          expect(good(await own.ask('MY_ATTENDANCE'))).to.deep.equal({ status: 'not yet updated' });
          own.tell('MY_ATTENDANCE');
          expect(await own.next('MY_ATTENDANCE')).to.deep.equal({ status: 'not yet updated' });
          good(await marks(one, classId)(cy.id, 'excused'));
          own.tell('MY_ATTENDANCE', { classId });
          expect(await own.next('MY_ATTENDANCE', ({ status }) => status !== 'not yet updated')).to.deep.equal(
            { status: 'excused' },
          );
          expect(good(await other.ask('MY_ATTENDANCE'))).to.deep.equal({ status: 'not yet updated' });
          await summary(one, classId);
          await other.next('TODAY_SUMMARY');
          expect(names(other)).to.deep.equal(['TODAY_SUMMARY']);
        });
      });
  });
