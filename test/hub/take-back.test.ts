import { expect } from 'chai';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { oid } from '../../server/data/mongo.ts';
import { createClient, plainTransport, socketIoTransport } from '../../shared/client/index.ts';
import { call, MODES, type Raw, startHub, type TestHub, WIRES } from '../support/hub.ts';
import { createDoor, good, liveClass, roster, said } from '../support/live-class.ts';

type Marked = { version: number; repeated: boolean; entry: { status: string; source: string; by?: string } };
type Synced = { mode: string; counts: Record<string, number>; entries: unknown[]; changes: unknown[] };

for (const mode of MODES)
  describe(`marks that are taken back (${mode})`, () => {
    const door = createDoor();
    let hub: TestHub;
    before(async () => {
      hub = await startHub({ mode });
    });
    afterEach(() => door.closeAll());
    after(() => hub.stop());

    const marks =
      (raw: Raw, classId: string) =>
      async (studentId: string, status: string, more: Record<string, unknown> = {}): Promise<Marked> =>
        good<Marked>(await raw.ask('ATTENDANCE_MARKED', { classId, studentId, status, ...more }));
    const recordOf = (sessionId: string, studentId: string) =>
      hub.connection.collection('records').findOne({ sessionId: oid(sessionId), studentId: oid(studentId) });

    for (const wire of WIRES)
      describe(`over ${wire}`, () => {
        it('[MK10] leaves the student unmarked for everyone, and absent in the end, with all that was said', async () => {
          const { classId, session, ada, bo, cy, di } = await liveClass(hub);
          const one = await door.enter(wire, hub, ada);
          const other = await door.enter(wire, hub, bo);
          const [own, mate] = [await door.enter(wire, hub, cy), await door.enter(wire, hub, di)];
          const mark = marks(one, classId);
          await mark(cy.id, 'late', { reason: 'bus' });
          const back = await mark(cy.id, 'unmarked', { opId: 'back', reason: 'the wrong card' });
          expect(back).to.deep.include({ version: 2, repeated: false });
          expect(back.entry).to.include({ status: 'unmarked', source: 'teacher', by: ada.id });
          expect(await mark(cy.id, 'unmarked', { opId: 'back' })).to.deep.equal({ ...back, repeated: true });

          expect(await other.next('ATTENDANCE_MARKED', ({ version }) => version === 2)).to.include({
            status: 'unmarked',
            reason: 'the wrong card',
          });
          const heard = await own.next('ATTENDANCE_MARKED', ({ version }) => version === 2);
          expect(heard).to.include({ studentId: cy.id, status: 'unmarked' });
          expect(heard).to.not.have.any.keys('by', 'reason');
          expect(good(await own.ask('MY_ATTENDANCE'))).to.deep.equal({ status: 'not yet updated' });
          const { entries, counts } = good<Synced>(await other.ask('SYNC', { classId }));
          expect(entries).to.deep.equal([]);
          expect(counts).to.include({ unmarked: 3, late: 0, enrolled: 3 });
          expect(good(await one.ask('TODAY_SUMMARY', { classId }))).to.include({ total: 0, unmarked: 3 });
          await mate.next('TODAY_SUMMARY');
          expect(said(mate, 'ATTENDANCE_MARKED')).to.deep.equal([]);

          expect(good(await one.ask('DONE', { classId }))).to.include({ absent: 3, late: 0, total: 3 });
          const record = await recordOf(session.id, cy.id);
          expect(record).to.include({ status: 'absent', source: 'system', version: 2 });
          expect(record?.history).to.have.length(2);
          expect(record?.history[0]).to.include({ status: 'late', by: ada.id, reason: 'bus', applied: true });
          expect(record?.history[1]).to.include({ status: 'unmarked', by: ada.id, applied: true });
          const path = `/api/v1/attendance/records/${record?._id.toHexString()}/history`;
          const { data } = await call(hub.url, 'GET', path, ada.token);
          const lines = (data?.lines ?? []) as { from: string; to: string }[];
          expect(lines.map(({ from, to }) => [from, to])).to.deep.equal([
            [null, 'late'],
            ['late', 'unmarked'],
            ['unmarked', 'absent'],
          ]);
        });

        it('[MK10] brings back a check-in that the teacher had overruled, and one that came meanwhile', async () => {
          const { classId, session, ada, cy, di } = await liveClass(hub);
          expect(
            (await call(hub.url, 'POST', `/api/v1/sessions/${session.id}/cancel`, ada.token)).status,
          ).to.equal(200);
          const started = await call(hub.url, 'POST', '/api/v1/sessions', ada.token, {
            classId,
            methods: ['teacher', 'code'],
          });
          const { id: sessionId, code } = started.data as { id: string; code: string };
          const checkIn = async ({ token }: { token: string }) => {
            const body = { method: 'code', proof: { code } };
            const { status, data } = await call(hub.url, 'POST', '/api/v1/attendance/checkin', token, body);
            expect(status).to.equal(200);
            return data as { status: string; repeated: boolean };
          };
          const one = await door.enter(wire, hub, ada);
          const own = await door.enter(wire, hub, cy);
          const mark = marks(one, classId);
          expect(await checkIn(cy)).to.include({ status: 'present', repeated: false });
          await mark(cy.id, 'absent');
          expect((await mark(cy.id, 'unmarked')).entry).to.include({ status: 'present', source: 'code' });
          const heard = await own.next('ATTENDANCE_MARKED', ({ version }) => version === 4);
          expect(heard).to.include({ status: 'present', source: 'code' });
          expect(said(own, 'ATTENDANCE_MARKED').map(({ status }) => status)).to.deep.equal([
            'present',
            'absent',
            'unmarked',
            'present',
          ]);
          // A second try is still the first one's.
          expect(await checkIn(cy)).to.include({ status: 'present', repeated: true });

          await mark(di.id, 'absent');
          expect(await checkIn(di)).to.include({ status: 'absent' });
          expect((await mark(di.id, 'unmarked')).entry).to.include({ status: 'present', source: 'code' });
          expect(good(await one.ask('DONE', { classId }))).to.include({ present: 2, absent: 1 });
          expect(await recordOf(sessionId, di.id)).to.include({ status: 'present', source: 'code' });
        });

        it('[MK10] is no error where nothing was said, and one where nobody is', async () => {
          const made = await liveClass(hub);
          const { classId, ada, cy } = made;
          const one = await door.enter(wire, hub, ada);
          const mark = marks(one, classId);
          // Nothing was said: there is nothing to take back, and it is no error.
          expect((await mark(cy.id, 'unmarked')).entry.status).to.equal('unmarked');
          await roster(hub, made, { remove: cy });
          const off = await one.ask('ATTENDANCE_MARKED', { classId, studentId: cy.id, status: 'unmarked' });
          expect(off.code).to.equal('STUDENT_NOT_ON_ROSTER');
          await roster(hub, made, { add: cy });
          expect(good(await one.ask('TODAY_SUMMARY', { classId }))).to.include({ total: 0, enrolled: 3 });
        });

        it('[MK10] [SY1] the typed client shows it', async () => {
          const { classId, ada, bo, cy, di } = await liveClass(hub);
          const clients = [ada, bo, cy].map(({ token }) =>
            createClient({
              transport:
                wire === 'plain'
                  ? plainTransport({ WebSocket, url: hub.url })
                  : socketIoTransport({ io, url: hub.url }),
              token,
            }),
          );
          try {
            const [one, two, own] = clients as [
              (typeof clients)[0],
              (typeof clients)[0],
              (typeof clients)[0],
            ];
            await Promise.all(clients.map((client) => client.connect()));
            const views = clients.map((client) => client.watch(classId));
            await Promise.all(views.map((view) => view.until(({ state }) => state === 'live')));
            await one.mark({ classId, studentId: di.id, status: 'late' });
            const { version } = await one.mark({ classId, studentId: cy.id, status: 'present' });
            await Promise.all(views.map((view) => view.until(({ entries }) => entries.has(cy.id))));
            await one.mark({ classId, studentId: cy.id, status: 'unmarked' });
            await Promise.all(
              views.map((view) =>
                view.until(({ entries, counts }) => !entries.has(cy.id) && counts?.unmarked === 2),
              ),
            );
            expect(views[1]?.version).to.equal(version + 1);
            expect(views[1]?.counts).to.deep.include({ present: 0, late: 1, unmarked: 2, enrolled: 3 });
            // A delta and a snapshot say the same.
            await Promise.all(views.map((view) => view.refresh()));
            expect([...(views[0]?.entries.keys() ?? [])]).to.deep.equal([di.id]);
            expect([two.state, own.state]).to.deep.equal(['connected', 'connected']);
          } finally {
            await Promise.all(clients.map((client) => client.close()));
          }
        });
      });
  });
