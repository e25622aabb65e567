import { setImmediate as turn } from 'node:timers/promises';
import { expect } from 'chai';
import { logIn, newPerson } from '../support/http.ts';
import { call, connectRaw, MODES, type Raw, startHub, type TestHub, WIRES } from '../support/hub.ts';
import { coTeachers, createDoor, good, liveClass, roster, seated } from '../support/live-class.ts';

const ROUNDS = 6;

/** Some turns of the loop, so that two things start at changing distances. */
const hops = async (most: number) => {
  for (let n = Math.floor(Math.random() * most); n > 0; n--) await turn();
};

for (const mode of MODES)
  describe(`whoever has to go (${mode})`, () => {
    const door = createDoor();
    let hub: TestHub;
    /** Where it is decided: another hub on the same stores, where there can be one. */
    let office: TestHub;
    before(async () => {
      hub = await startHub({ mode });
      office = mode === 'redis' ? await startHub({ mode, mongoUrl: hub.mongoUrl }) : hub;
    });
    afterEach(() => door.closeAll());
    after(async () => {
      if (office !== hub) await office.stop();
      await hub.stop();
    });

    for (const wire of WIRES)
      describe(`over ${wire}`, () => {
        it('[AU2] hears nothing after a removal that came while they were connecting', async function () {
          this.timeout(60_000);
          const made = await liveClass(hub, 'open');
          const { classId, ada, bo, cy, di } = made;
          const mine = await liveClass(hub);
          expect((await roster(hub, mine, { add: cy })).status).to.equal(200);
          expect((await coTeachers(hub, mine, { add: bo })).status).to.equal(200);
          const one = await door.enter(wire, hub, ada);
          const ring = await door.enter(wire, hub, mine.ada);
          const marked = async (raw: Raw, data: { classId: string; studentId: string }, reason: string) =>
            good(await raw.ask('ATTENDANCE_MARKED', { ...data, status: 'late', reason }));

          for (let round = 0; round < ROUNDS; round++) {
            const connecting = [cy, bo].map(async ({ token }) => {
              await hops(12);
              return door.keep(await connectRaw(wire, hub.url, { token }));
            });
            await hops(12);
            const left = await Promise.all([
              roster(office, made, { remove: cy }),
              coTeachers(office, made, { remove: bo }),
            ]);
            expect(left.map(({ status }) => status)).to.deep.equal([200, 200]);
            // From here on nothing of the class may reach them, however far their connections have come.
            const { version } = await marked(one, { classId, studentId: di.id }, `after ${round}`);
            const leavers = await Promise.all(connecting);
            await Promise.all(leavers.map(seated));
            await marked(one, { classId, studentId: di.id }, `later ${round}`);
            await marked(ring, { classId: mine.classId, studentId: cy.id }, `bell ${round}`);
            for (const raw of leavers) {
              await raw.next('ATTENDANCE_MARKED', (data) => data.classId === mine.classId);
              const heard = raw.heard.filter(({ data }) => data.classId === classId);
              expect(heard.filter(({ data }) => Number(data.version) >= Number(version))).to.deep.equal([]);
            }
            const [student, teacher] = leavers as [Raw, Raw];
            expect(await student.ask('SYNC', { classId })).to.include({ code: 'NOT_ENROLLED' });
            expect(await teacher.ask('SYNC', { classId })).to.include({ code: 'NOT_CLASS_TEACHER' });
            const mark = { classId, studentId: di.id, status: 'absent' };
            expect(await teacher.ask('ATTENDANCE_MARKED', mark)).to.include({ code: 'NOT_CLASS_TEACHER' });
            for (const raw of leavers) raw.close();
            await roster(office, made, { add: cy });
            await coTeachers(office, made, { add: bo });
          }
        });

        it('[AU2] hears everything after an addition that came while they were connecting', async function () {
          this.timeout(60_000);
          const made = await liveClass(hub, 'open');
          const { classId, ada, bo, cy, di } = made;
          const one = await door.enter(wire, hub, ada);
          for (let round = 0; round < ROUNDS; round++) {
            await roster(office, made, { remove: cy });
            await coTeachers(office, made, { remove: bo });
            const connecting = [cy, bo].map(async ({ token }) => {
              await hops(12);
              return await seated(door.keep(await connectRaw(wire, hub.url, { token })));
            });
            await hops(12);
            await Promise.all([roster(office, made, { add: cy }), coTeachers(office, made, { add: bo })]);
            const comers = await Promise.all(connecting);
            const data = { classId, studentId: di.id, status: 'late', reason: `round ${round}` };
            const { version } = good(await one.ask('ATTENDANCE_MARKED', data));
            for (const raw of comers) {
              await raw.next('ATTENDANCE_MARKED', (row) => row.version === version);
              expect(good(await raw.ask('SYNC', { classId }))).to.include({ version });
              raw.close();
            }
          }
        });

        it('[AU3] a log-out closes the sockets of that log-in, and no other', async () => {
          const teacher = await newPerson(hub.url, 'teacher');
          const elsewhere = await logIn(hub.url, teacher);
          const leaving = [await door.enter(wire, hub, teacher), await door.enter(wire, office, teacher)];
          const staying = await door.enter(wire, hub, elsewhere);
          expect((await call(office.url, 'POST', '/api/v1/auth/logout', teacher.token)).status).to.equal(200);
          for (const raw of leaving) {
            expect(await raw.closed).to.equal(wire === 'plain' ? 4401 : 'io server disconnect');
            expect(raw.heard).to.deep.equal([
              {
                event: 'ERROR',
                data: { message: 'Unauthorized or invalid token', code: 'SOCKET_UNAUTHORIZED' },
              },
            ]);
          }
          await seated(staying);
        });

        it('[AU3] a new password closes every other log-in’s sockets', async () => {
          const student = await newPerson(hub.url, 'student');
          const elsewhere = await logIn(hub.url, student);
          const leaving = await door.enter(wire, hub, student);
          const staying = await door.enter(wire, hub, elsewhere);
          const change = { currentPassword: student.password, newPassword: 'another password' };
          const changed = await call(office.url, 'POST', '/api/v1/auth/password', elsewhere.token, change);
          expect(changed).to.deep.include({ status: 200, data: { endedLogins: 1 } });
          expect(await leaving.closed).to.equal(wire === 'plain' ? 4401 : 'io server disconnect');
          await seated(staying);
        });

        it('[AU3] a disabled account’s sockets close, whatever log-in they came with', async () => {
          const admin = await hub.school.person('admin');
          const student = await newPerson(hub.url, 'student');
          const leaving = [
            await door.enter(wire, hub, student),
            await door.enter(wire, hub, await logIn(hub.url, student)),
          ];
          const path = `/api/v1/users/${student.id}`;
          expect((await call(office.url, 'PATCH', path, admin.token, { disabled: true })).status).to.equal(
            200,
          );
          for (const raw of leaving)
            expect(await raw.closed).to.equal(wire === 'plain' ? 4401 : 'io server disconnect');
        });

        it('[AU3] a log-in that ends while its socket is being opened leaves none open', async function () {
          this.timeout(60_000);
          for (let round = 0; round < ROUNDS; round++) {
            const people = await Promise.all(Array.from({ length: 4 }, () => hub.school.person('student')));
            await Promise.all(
              people.map(async ({ token }) => {
                const opening = hops(12)
                  .then(() => connectRaw(wire, hub.url, { token }))
                  .catch((error: Error) => error.message);
                await hops(12);
                const { status } = await call(office.url, 'POST', '/api/v1/auth/logout', token);
                expect(status).to.equal(200);
                const raw = await opening;
                if (typeof raw === 'string') return expect(raw).to.equal('Unauthorized or invalid token');
                expect(await door.keep(raw).closed).to.equal(
                  wire === 'plain' ? 4401 : 'io server disconnect',
                );
              }),
            );
          }
        });
      });
  });
