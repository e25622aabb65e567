import { expect } from 'chai';
import { MODES, startHub, type TestHub, WIRES } from '../support/hub.ts';
import { coTeachers, createDoor, good, liveClass, names, roster, said } from '../support/live-class.ts';

/** Long enough not to stand by chance in an id or an epoch. */
const WHY = 'for the staff alone';
const otherWire = (wire: (typeof WIRES)[number]) => (wire === 'plain' ? 'socketio' : 'plain');

for (const mode of MODES)
  describe(`who hears what (${mode})`, () => {
    const door = createDoor();
    let hub: TestHub;
    before(async () => {
      hub = await startHub({ mode });
    });
    afterEach(() => door.closeAll());
    after(() => hub.stop());

    for (const wire of WIRES)
      describe(`over ${wire}`, () => {
        it('[AU1] in a private class nobody ever hears of a classmate', async () => {
          const { classId, ada, bo, cy, di, ed } = await liveClass(hub);
          const elsewhere = await liveClass(hub);
          const [one, two] = [await door.enter(wire, hub, ada), await door.enter(otherWire(wire), hub, bo)];
          // One who has sent SYNC, one who has not, and one who has connected twice.
          const own = await door.enter(wire, hub, cy);
          const quiet = await door.enter(wire, hub, di);
          const again = await door.enter(otherWire(wire), hub, di);
          const outsiders = [
            await door.enter(wire, hub, elsewhere.ada),
            await door.enter(wire, hub, elsewhere.cy),
          ];
          const answers = [await own.ask('SYNC', { classId })];
          for (const [student, status] of [
            [cy, 'late'],
            [di, 'present'],
            [ed, 'absent'],
            [di, 'excused'],
          ] as const)
            good(await one.ask('ATTENDANCE_MARKED', { classId, studentId: student.id, status, reason: WHY }));
          answers.push(await own.ask('SYNC', { classId }));
          const { epoch } = good<{ epoch: string }>(answers[1] ?? { success: false });
          answers.push(await own.ask('SYNC', { classId, epoch, version: 0 }));
          answers.push(await own.ask('MY_ATTENDANCE', { classId }));
          good(await one.ask('TODAY_SUMMARY', { classId }));
          good(await one.ask('DONE', { classId }));
          await own.next('SESSION_CLOSED');
          const others = elsewhere.classId;
          const bell = { classId: others, studentId: elsewhere.cy.id, status: 'present' };
          good(await (outsiders[0] ?? one).ask('ATTENDANCE_MARKED', bell));
          await Promise.all([two.next('DONE'), quiet.next('DONE'), again.next('DONE')]);
          await Promise.all(outsiders.map((raw) => raw.next('ATTENDANCE_MARKED')));

          const heardBy = (raw: typeof own) => JSON.stringify(raw.heard);
          const everythingForCy = heardBy(own) + JSON.stringify(answers);
          expect(everythingForCy).to.include(cy.id);
          for (const secret of [di.id, ed.id, ada.id, bo.id, WHY])
            expect(everythingForCy.replaceAll(`"openedBy":"${ada.id}"`, '')).to.not.include(secret);
          for (const raw of [quiet, again]) {
            expect(said(raw, 'ATTENDANCE_MARKED').map(({ status }) => status)).to.deep.equal([
              'present',
              'excused',
            ]);
            for (const secret of [cy.id, ed.id, ada.id, bo.id, WHY])
              expect(heardBy(raw)).to.not.include(secret);
          }
          for (const raw of [one, two]) {
            const rows = said(raw, 'ATTENDANCE_MARKED');
            expect(rows.map(({ studentId }) => studentId)).to.deep.equal([cy.id, di.id, ed.id, di.id]);
            for (const row of rows) expect(row).to.include({ by: ada.id, reason: WHY, source: 'teacher' });
          }
          for (const raw of outsiders) {
            expect(names(raw)).to.deep.equal(['ATTENDANCE_MARKED']);
            expect(heardBy(raw)).to.not.include(classId);
          }
        });

        it('[AU1] in an open class everyone hears every mark, but not by whom, nor why', async () => {
          const { classId, ada, bo, cy, di, ed } = await liveClass(hub, 'open');
          const elsewhere = await liveClass(hub, 'open');
          const [one, two] = [await door.enter(wire, hub, ada), await door.enter(otherWire(wire), hub, bo)];
          const students = [
            await door.enter(wire, hub, cy),
            await door.enter(otherWire(wire), hub, di),
            await door.enter(wire, hub, ed),
          ];
          const outsider = await door.enter(wire, hub, elsewhere.cy);
          const sent = [
            { studentId: cy.id, status: 'late' },
            { studentId: di.id, status: 'present' },
          ];
          for (const mark of sent)
            good(await one.ask('ATTENDANCE_MARKED', { ...mark, classId, reason: WHY }));
          for (const raw of [one, two, ...students]) {
            await raw.next('ATTENDANCE_MARKED', ({ version }) => version === 2);
            const rows = said(raw, 'ATTENDANCE_MARKED');
            expect(rows).to.have.length(2);
            for (const [n, mark] of sent.entries()) expect(rows[n]).to.include({ ...mark, version: n + 1 });
          }
          for (const raw of students)
            for (const row of said(raw, 'ATTENDANCE_MARKED'))
              expect(row).to.have.all.keys(
                'studentId',
                'status',
                'version',
                'source',
                'at',
                'classId',
                'sessionId',
                'epoch',
              );
          expect(said(two, 'ATTENDANCE_MARKED')[0]).to.include({ by: ada.id, reason: WHY });
          // A SYNC tells a student what the class hears, and no more.
          const synced = good<{ entries: Record<string, unknown>[]; roster: string[] }>(
            await (students[2] ?? one).ask('SYNC', { classId }),
          );
          expect(synced.entries.map(({ studentId }) => studentId)).to.deep.equal([cy.id, di.id]);
          for (const entry of synced.entries) expect(entry).to.not.have.any.keys('by', 'reason', 'skewed');
          expect(synced.roster).to.have.members([cy.id, di.id, ed.id]);
          const bell = { classId: elsewhere.classId, studentId: elsewhere.cy.id, status: 'present' };
          const bellRinger = await door.enter(wire, hub, elsewhere.ada);
          good(await bellRinger.ask('ATTENDANCE_MARKED', bell));
          await outsider.next('ATTENDANCE_MARKED');
          expect(outsider.heard).to.have.length(1);
        });

        it('[AU1][SE2] another’s class answers with the same refusal to every question', async () => {
          const { classId, ada, cy } = await liveClass(hub);
          const other = await liveClass(hub);
          const teacher = await door.enter(wire, hub, other.ada);
          const student = await door.enter(wire, hub, other.cy);
          const notTeacher = {
            success: false,
            error: 'Forbidden, not class teacher',
            code: 'NOT_CLASS_TEACHER',
          };
          const notEnrolled = {
            success: false,
            error: 'Forbidden, not enrolled in class',
            code: 'NOT_ENROLLED',
          };
          const mark = { classId, studentId: cy.id, status: 'present' };
          expect(await teacher.ask('ATTENDANCE_MARKED', mark)).to.deep.equal(notTeacher);
          for (const name of ['TODAY_SUMMARY', 'DONE', 'SYNC', 'SESSION_START'])
            expect(await teacher.ask(name, { classId }), name).to.deep.equal(notTeacher);
          for (const name of ['MY_ATTENDANCE', 'SYNC'])
            expect(await student.ask(name, { classId }), name).to.deep.equal(notEnrolled);
          // What was refused has let nobody in.
          const one = await door.enter(wire, hub, ada);
          good(await one.ask('ATTENDANCE_MARKED', mark));
          const bell = { classId: other.classId, studentId: other.cy.id, status: 'late' };
          good(await teacher.ask('ATTENDANCE_MARKED', bell));
          for (const raw of [teacher, student]) {
            await raw.next('ATTENDANCE_MARKED');
            expect(JSON.stringify(raw.heard)).to.not.include(classId);
          }
          expect(good(await one.ask('TODAY_SUMMARY'))).to.include({ total: 1, version: 1 });
        });

        it('[AU2] taken off the class: nothing more is heard; put on it: events arrive on the same connection', async () => {
          const made = await liveClass(hub, 'open');
          const { classId, ada, bo, cy, di } = made;
          const mine = await liveClass(hub);
          const late = await hub.school.person('student');
          const lateTeacher = await hub.school.person('teacher');
          // A second class of each of them rings the bell behind which nothing of the first may have come.
          for (const add of [cy, late]) expect((await roster(hub, mine, { add })).status).to.equal(200);
          for (const add of [bo, lateTeacher])
            expect((await coTeachers(hub, mine, { add })).status).to.equal(200);
          const one = await door.enter(wire, hub, ada);
          const leavers = [await door.enter(wire, hub, cy), await door.enter(wire, hub, bo)];
          const comers = [await door.enter(wire, hub, late), await door.enter(wire, hub, lateTeacher)];
          for (const raw of leavers) good(await raw.ask('SYNC', { classId }));
          const mark = async (status: string) =>
            good(await one.ask('ATTENDANCE_MARKED', { classId, studentId: di.id, status }));
          const ring = await door.enter(wire, hub, mine.ada);
          const bell = async (status: string) => {
            for (const studentId of [cy.id, late.id])
              good(await ring.ask('ATTENDANCE_MARKED', { classId: mine.classId, studentId, status }));
            const isBell = (data: Record<string, unknown>) =>
              data.classId === mine.classId && data.status === status;
            await Promise.all([...leavers, ...comers].map((raw) => raw.next('ATTENDANCE_MARKED', isBell)));
          };
          const ofClass = (raw: typeof one) => raw.heard.filter(({ data }) => data.classId === classId);

          await mark('late');
          await bell('late');
          for (const raw of leavers) expect(said(raw, 'ATTENDANCE_MARKED')[0]).to.include({ classId });
          for (const raw of comers) expect(ofClass(raw)).to.deep.equal([]);

          expect((await roster(hub, made, { remove: cy })).status).to.equal(200);
          expect((await coTeachers(hub, made, { remove: bo })).status).to.equal(200);
          expect((await roster(hub, made, { add: late })).status).to.equal(200);
          expect((await coTeachers(hub, made, { add: lateTeacher })).status).to.equal(200);
          const before = leavers.map((raw) => ofClass(raw).length);
          await mark('present');
          good(await one.ask('TODAY_SUMMARY', { classId }));
          for (const raw of comers) {
            await raw.next('ATTENDANCE_MARKED', (data) => data.classId === classId);
            await raw.next('TODAY_SUMMARY');
          }
          expect(await leavers[0]?.ask('SYNC', { classId })).to.include({ code: 'NOT_ENROLLED' });
          expect(await leavers[0]?.ask('MY_ATTENDANCE', { classId })).to.include({ code: 'NOT_ENROLLED' });
          expect(await leavers[1]?.ask('SYNC', { classId })).to.include({ code: 'NOT_CLASS_TEACHER' });
          expect(
            await leavers[1]?.ask('ATTENDANCE_MARKED', { classId, studentId: di.id, status: 'absent' }),
          ).to.include({ code: 'NOT_CLASS_TEACHER' });
          expect(
            good(
              await (comers[1] ?? one).ask('ATTENDANCE_MARKED', {
                classId,
                studentId: late.id,
                status: 'late',
              }),
            ),
          ).to.include({ classId });
          good(await one.ask('DONE', { classId }));
          await Promise.all(comers.map((raw) => raw.next('DONE')));
          await bell('present');
          expect(leavers.map((raw) => ofClass(raw).length)).to.deep.equal(before);
        });
      });
  });
