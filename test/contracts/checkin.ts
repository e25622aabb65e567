import { expect } from 'chai';
import type { OwnMethod } from '../../shared/protocol/index.ts';
import { softPasskey } from '../support/authenticator.ts';
import { type CheckInHub, nth } from '../support/check-in.ts';
import { call, connectRaw, WIRES } from '../support/hub.ts';
import { seated } from '../support/live-class.ts';
import type { SchoolClass } from '../support/school.ts';

type Running = { group: SchoolClass; session: { id: string; code: string } };
type Person = { id: string; token: string };

/** How a test comes to a proof of each method: a right one of a student, and one that is none. */
const PROOFS: {
  [M in OwnMethod]: {
    right: (hub: CheckInHub, running: Running, student: Person) => Promise<unknown>;
    wrong: (running: Running) => unknown;
    refusal: string;
  };
} = {
  code: {
    right: async (_hub, { session }) => ({ code: session.code }),
    wrong: ({ session }) => ({ code: session.code === '999999' ? '999998' : '999999' }),
    refusal: 'INVALID_CODE',
  },
  qr: {
    right: async (hub, { group, session }) => ({ token: (await hub.fetch(group, session, 'qr')).token }),
    wrong: () => ({ token: Buffer.alloc(22, 7).toString('base64url') }),
    refusal: 'TOKEN_INVALID',
  },
  ble: {
    right: async (hub, { group, session }) => ({
      tokenValue: (await hub.fetch(group, session, 'ble-token')).tokenValue,
      rssi: -60,
    }),
    wrong: () => ({ tokenValue: 'AAAAAAAAAAAAAAAA' }),
    refusal: 'TOKEN_INVALID',
  },
  passkey: {
    async right(hub, { session }, student) {
      const key = await softPasskey(hub.connection, student.id, 'http://localhost:8000');
      const path = '/api/v1/passkeys/check-in-options';
      const { data } = await call(hub.url, 'POST', path, student.token, { sessionId: session.id });
      return key.answer(String(data?.challenge));
    },
    wrong: () => ({
      id: 'AAAA',
      rawId: 'AAAA',
      type: 'public-key',
      response: {
        clientDataJSON: Buffer.from('{"challenge":"AAAA"}').toString('base64url'),
        authenticatorData: 'AAAA',
        signature: 'AAAA',
      },
    }),
    refusal: 'CHALLENGE_OVER',
  },
};

/** What every way in must do, whatever its proof is. */
export const checkInContract = (hub: () => CheckInHub): void => {
  for (const [method, { right, wrong, refusal }] of Object.entries(PROOFS)) {
    const running = (size: number, options = {}) => hub().running(size, { methods: [method], ...options });
    const send = (student: Person, proof: unknown, more = {}) =>
      hub().checkIn(student.token, { method, proof, ...more });

    describe(method, () => {
      it('[CI2] makes the student present, with the method as the source, also in the record', async () => {
        const now = await running(2);
        const sam = nth(now.group.students, 0);
        const { data } = await send(sam, await right(hub(), now, sam), { sessionId: now.session.id });
        expect(data).to.include({
          classId: now.group.id,
          sessionId: now.session.id,
          method,
          status: 'present',
          repeated: false,
        });
        const records = await hub().closed(now.group, now.session);
        expect(records.get(sam.id)).to.include({ status: 'present', source: method });
        expect(records.get(nth(now.group.students, 1).id)).to.include({ status: 'absent', source: 'system' });
      });

      for (const wire of WIRES)
        it(`[CI2] is the same over ${wire}; the staff hears it, the second answers with the first`, async () => {
          const now = await running(1);
          const sam = nth(now.group.students, 0);
          const [student, staff] = await Promise.all([
            connectRaw(wire, hub().url, { token: sam.token }),
            connectRaw(wire, hub().url, { token: now.group.teacher.token }),
          ]);
          // An open plain socket hears nothing yet; one that was answered does.
          await seated(staff);
          const first = await student.ask('CHECK_IN', { method, proof: await right(hub(), now, sam) });
          expect(first.data).to.include({ status: 'present', repeated: false });
          const heard = await staff.next('ATTENDANCE_MARKED');
          expect(heard).to.include({ studentId: sam.id, source: method, status: 'present' });
          const again = await student.ask('CHECK_IN', { method, proof: await right(hub(), now, sam) });
          expect(again.data).to.deep.equal({ ...first.data, repeated: true });
          expect(staff.heard).to.have.length(1);
          student.close();
          staff.close();
        });

      it('[CI5] refuses a wrong proof, and nothing has changed', async () => {
        const now = await running(1);
        const sam = nth(now.group.students, 0);
        expect((await send(sam, wrong(now))).code).to.equal(refusal);
        expect((await hub().closed(now.group, now.session)).get(sam.id)?.source).to.equal('system');
      });

      it('[CI2] refuses a session that does not take it, one that is over, and another class’s', async () => {
        const now = await running(1);
        const sam = nth(now.group.students, 0);
        const proof = await right(hub(), now, sam);
        const other = await hub().running(1, { methods: ['teacher'] });
        const ann = nth(other.group.students, 0);
        const refused = [
          await send(ann, proof),
          await send(ann, proof, { sessionId: other.session.id }),
          await send(ann, proof, { classId: now.group.id }),
        ];
        for (const one of refused) expect([400, 403, 404, 409], JSON.stringify(one)).to.include(one.status);
        await hub().closed(now.group, now.session);
        expect([400, 404, 409]).to.include((await send(sam, proof)).status);
      });

      it('[MK6] leaves a teacher’s decision as it is', async () => {
        const now = await running(1);
        const sam = nth(now.group.students, 0);
        const staff = await connectRaw('plain', hub().url, { token: now.group.teacher.token });
        await staff.ask('ATTENDANCE_MARKED', { studentId: sam.id, status: 'excused' });
        expect((await send(sam, await right(hub(), now, sam))).data?.status).to.equal('excused');
        expect((await hub().closed(now.group, now.session)).get(sam.id)?.status).to.equal('excused');
        staff.close();
      });

      it('[CI7] where another one is needed too, says so, and its student is absent without that', async () => {
        const second = method === 'code' ? 'qr' : 'code';
        const now = await running(2, { methods: [method, second], require: [method, second] });
        const [sam, sue] = [nth(now.group.students, 0), nth(now.group.students, 1)];
        const half = await send(sam, await right(hub(), now, sam), { sessionId: now.session.id });
        expect(half.data).to.deep.include({ status: null, missing: [second] });
        await send(sue, await right(hub(), now, sue), { sessionId: now.session.id });
        const proof = await PROOFS[second].right(hub(), now, sue);
        const whole = await hub().checkIn(sue.token, { method: second, proof });
        expect(whole.data).to.include({ status: 'present' }).and.not.have.property('missing');
        const records = await hub().closed(now.group, now.session);
        expect(records.get(sam.id)).to.include({ status: 'absent', source: 'system' });
        expect(records.get(sue.id)).to.include({ status: 'present' });
      });
    });
  }
};
