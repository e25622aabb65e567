import { expect } from 'chai';
import { type CheckInHub, startCheckInHub } from '../support/check-in.ts';
import { createHolds } from '../support/holds.ts';
import { type Answer, call, MODES, startHub } from '../support/hub.ts';

const outcome = ({ code, data }: Answer) => code ?? data?.status;
const by = (code: string) => ({ method: 'code', proof: { code } });

for (const mode of MODES)
  describe(`newcomers who race DONE (${mode})`, () => {
    const holds = createHolds();
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode, {}, { checkpoint: holds.checkpoint });
    });
    after(() => hub?.stop());

    const open = async (options: Record<string, unknown> = { methods: ['code'] }) => {
      const { group, session } = await hub.running(1, options);
      const path = `/api/v1/classes/${group.id}`;
      await call(hub.url, 'PATCH', path, group.teacher.token, { enrolment: 'check-in' });
      const roster = async () => {
        const { data } = await call(hub.url, 'GET', path, group.teacher.token);
        return (data as { students: { id: string }[] }).students.map(({ id }) => id);
      };
      return { group, session, path, roster, sam: await hub.school.person('student') };
    };

    it('[CI12] [DN1] who is refused because DONE came first is on no roster and has no record', async () => {
      const { group, session, sam, roster } = await open();
      const admitted = holds.at('check-in:admitted');
      const answer = hub.checkIn(sam.token, by(session.code));
      await admitted.reached;
      expect(await roster()).to.include(sam.id);
      const records = await hub.closed(group, session);
      admitted.go();
      expect(outcome(await answer)).to.equal('INVALID_CODE');
      expect([...records.keys()]).to.deep.equal([group.students[0]?.id]);
      expect(await roster()).to.deep.equal([group.students[0]?.id]);
      const path = `/api/v1/sessions/${session.id}`;
      const { data } = await call(hub.url, 'GET', path, group.teacher.token);
      expect(data?.counts).to.include({ absent: 1, enrolled: 1 });
    });

    it('[CI12] so is who comes while the records are being written', async () => {
      const { group, session, sam, roster } = await open();
      const [admitted, frozen] = [holds.at('check-in:admitted'), holds.at('done:frozen')];
      const answer = hub.checkIn(sam.token, by(session.code));
      await admitted.reached;
      const closed = hub.closed(group, session);
      await frozen.reached;
      admitted.go();
      frozen.go();
      expect(outcome(await answer)).to.equal('INVALID_CODE');
      expect((await closed).has(sam.id)).to.equal(false);
      expect(await roster()).to.not.include(sam.id);
    });

    it('[CI12] [DN1] whom the staff adds meanwhile stays on it, and is absent', async () => {
      const { group, session, sam, path, roster } = await open();
      const admitted = holds.at('check-in:admitted');
      const answer = hub.checkIn(sam.token, by(session.code));
      await admitted.reached;
      await call(hub.url, 'POST', `${path}/students`, group.teacher.token, { studentId: sam.id });
      const records = await hub.closed(group, session);
      admitted.go();
      expect(outcome(await answer)).to.equal('INVALID_CODE');
      expect(records.get(sam.id)).to.include({ status: 'absent', source: 'system' });
      expect(await roster()).to.include(sam.id);
    });

    it('[CI7] [CI12] whose check-in was accepted, but was not all that is needed, stays on it and is absent', async () => {
      const { group, session, sam, roster } = await open({
        methods: ['code', 'qr'],
        require: ['code', 'qr'],
      });
      expect((await hub.checkIn(sam.token, by(session.code))).data).to.deep.include({ missing: ['qr'] });
      expect((await hub.closed(group, session)).get(sam.id)).to.include({
        status: 'absent',
        source: 'system',
      });
      expect(await roster()).to.include(sam.id);
    });
  });

describe('newcomers who race DONE, on two instances', () => {
  it('[CI12] who was accepted by one and refused by the other stays on the roster', async () => {
    const holds = createHolds();
    const hub = await startCheckInHub('redis', {}, { checkpoint: holds.checkpoint });
    const other = await startHub({ mode: 'redis', mongoUrl: hub.mongoUrl });
    try {
      const { group, session } = await hub.running(1, { methods: ['code', 'qr'] });
      const path = `/api/v1/classes/${group.id}`;
      await call(hub.url, 'PATCH', path, group.teacher.token, { enrolment: 'check-in' });
      const { token } = await hub.fetch(group, session, 'qr');
      const sam = await hub.school.person('student');
      const admitted = holds.at('check-in:admitted');
      const answer = hub.checkIn(sam.token, { method: 'qr', proof: { token } });
      await admitted.reached;
      const there = await call(other.url, 'POST', '/api/v1/attendance/checkin', sam.token, by(session.code));
      expect(there.data).to.include({ status: 'present', repeated: false });
      const records = await hub.closed(group, session);
      admitted.go();
      expect(outcome(await answer)).to.equal('NO_ACTIVE_SESSION');
      expect(records.get(sam.id)).to.include({ status: 'present', source: 'code' });
      const { data } = await call(hub.url, 'GET', path, group.teacher.token);
      expect((data as { students: { id: string }[] }).students.map(({ id }) => id)).to.include(sam.id);
    } finally {
      await other.stop();
      await hub.stop();
    }
  });
});
