import { expect } from 'chai';
import { type CheckInHub, nth, startCheckInHub } from '../support/check-in.ts';
import { call, connectRaw, MODES } from '../support/hub.ts';
import { seated } from '../support/live-class.ts';
import type { SchoolClass } from '../support/school.ts';

const WINDOW_MS = 60_000;

for (const mode of MODES)
  describe(`check-in by BLE (${mode})`, () => {
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode);
    });
    after(() => hub?.stop());
    const running = (size: number, more = {}) =>
      hub.running(size, { methods: ['ble'], bleStepSeconds: WINDOW_MS / 1000, ...more });
    const send = (student: { token: string }, tokenValue: unknown, more = {}) =>
      hub.checkIn(student.token, { method: 'ble', proof: { tokenValue }, ...more });
    const token = async (group: SchoolClass, session: { id: string }) =>
      (await hub.fetch(group, session, 'ble-token')).tokenValue;

    it('[CI8] the share of the windows decides at the close: 80 % present, 50 % in part, else absent', async () => {
      const { group, session } = await running(4);
      const [all, most, half, few] = [0, 1, 2, 3].map((i) => nth(group.students, i));
      for (let window = 0; window < 5; window++) {
        const value = await token(group, session);
        if (all) expect((await send(all, value)).data?.status).to.equal('present');
        if (most && window !== 2) await send(most, value);
        if (half && window < 3) await send(half, value);
        if (few && window === 0) await send(few, value);
        hub.pass(WINDOW_MS);
      }
      const records = await hub.closed(group, session);
      const statuses = [all, most, half, few].map((one) => records.get(String(one?.id))?.status);
      expect(statuses).to.deep.equal(['present', 'present', 'partial', 'absent']);
      for (const one of records.values()) expect(one.source).to.equal('ble');
    });

    it('[CI8] until then the row shows what the share is now, to the staff at once', async () => {
      const { group, session } = await running(2);
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const staff = await seated(await connectRaw('plain', hub.url, { token: group.teacher.token }));
      const value = await token(group, session);
      await send(sam, value);
      await send(sue, value);
      hub.pass(WINDOW_MS);
      const second = await token(group, session);
      await send(sam, second);
      hub.pass(WINDOW_MS);
      await token(group, session); // the second window is over: one of two
      await staff.next('ATTENDANCE_MARKED', (row) => row.studentId === sue.id && row.status === 'partial');
      hub.pass(WINDOW_MS);
      await token(group, session);
      await staff.next('ATTENDANCE_MARKED', (row) => row.studentId === sue.id && row.status === 'absent');
      const { data } = await send(sue, await token(group, session));
      expect(data).to.deep.include({ status: 'partial', windows: { collected: 2, total: 4 } });
      staff.close();
    });

    it('[CI3] one token counts once per student, by the server’s clock, with one window of grace', async () => {
      const { group, session } = await running(1);
      const sam = nth(group.students, 0);
      const first = await token(group, session);
      const [one, two] = [await send(sam, first), await send(sam, first)];
      expect(one.data).to.deep.include({ repeated: false, windows: { collected: 1, total: 1 } });
      expect(two.data).to.deep.include({ repeated: true, windows: { collected: 1, total: 1 } });
      hub.pass(WINDOW_MS);
      const second = await token(group, session);
      hub.pass(WINDOW_MS);
      expect((await send(sam, first)).code).to.equal('TOKEN_EXPIRED');
      expect((await send(sam, second)).data).to.deep.include({ windows: { collected: 2, total: 2 } });
      const timed = { method: 'ble', proof: { tokenValue: second, timestamp: new Date().toISOString() } };
      expect((await hub.checkIn(sam.token, timed)).code).to.equal('INVALID_REQUEST');
    });

    it('[CI8] a window that no device fetched is held against nobody', async () => {
      const { group, session } = await running(1);
      const sam = nth(group.students, 0);
      await send(sam, await token(group, session));
      hub.pass(9 * WINDOW_MS);
      expect((await hub.closed(group, session)).get(sam.id)?.status).to.equal('present');
    });

    it('[CI7] BLE and a passkey: no passkey at the end means absent, whatever was collected', async () => {
      const { group, session } = await running(1, {
        methods: ['ble', 'passkey'],
        require: ['ble', 'passkey'],
      });
      const sam = nth(group.students, 0);
      const answer = await send(sam, await token(group, session));
      expect(answer.data).to.deep.include({ status: null, missing: ['passkey'] });
      expect((await hub.closed(group, session)).get(sam.id)).to.include({
        status: 'absent',
        source: 'system',
      });
    });

    it('[CI7] any: a code makes present who has collected too little', async () => {
      const { group, session } = await running(1, { methods: ['ble', 'code'] });
      const sam = nth(group.students, 0);
      await send(sam, await token(group, session));
      for (let window = 1; window < 4; window++) {
        hub.pass(WINDOW_MS);
        await token(group, session);
      }
      const coded = await hub.checkIn(sam.token, { method: 'code', proof: { code: session.code } });
      expect(coded.data?.status).to.equal('present');
      hub.pass(WINDOW_MS);
      expect((await hub.closed(group, session)).get(sam.id)?.status).to.equal('present');
    });

    it('[CI7] refuses to start with what nobody could meet', async () => {
      const group = await hub.school.class(1, 'private');
      const start = (options: object) =>
        call(hub.url, 'POST', '/api/v1/sessions', group.teacher.token, { classId: group.id, ...options });
      const refused = [
        await start({ methods: ['ble'], require: ['ble', 'passkey'] }),
        await start({ methods: ['ble', 'code'], require: ['ble'] }),
        await start({ methods: ['face'] }),
        await start({ methods: [] }),
      ];
      expect(refused.map(({ code }) => code)).to.deep.equal(Array(4).fill('INVALID_REQUEST'));
      const { data } = await start({ methods: ['teacher', 'ble', 'passkey'], require: ['ble', 'passkey'] });
      expect(data).to.deep.include({ methods: ['teacher', 'ble', 'passkey'], require: ['ble', 'passkey'] });
    });
  });
