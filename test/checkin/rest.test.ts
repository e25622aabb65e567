import { expect } from 'chai';
import { type CheckInHub, nth, startCheckInHub } from '../support/check-in.ts';
import { call, connectRaw, MODES, WIRES } from '../support/hub.ts';

for (const mode of MODES)
  describe(`mark the rest (${mode})`, () => {
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode);
    });
    after(() => hub?.stop());

    for (const wire of WIRES)
      it(`[MK9] marks the unmarked, each by a change of its own, over ${wire}`, async () => {
        const { group } = await hub.running(4, {});
        const staff = await connectRaw(wire, hub.url, { token: group.teacher.token });
        const late = { studentId: nth(group.students, 0).id, status: 'late' };
        await staff.ask('ATTENDANCE_MARKED', late);
        const { data } = await staff.ask('MARK_REST', { status: 'present' });
        expect(data).to.include({
          classId: group.id,
          status: 'present',
          marked: 3,
          version: 4,
          repeated: false,
        });
        await staff.next('ATTENDANCE_MARKED', ({ version }) => version === 4);
        const heard = staff.heard.map(({ data: row }) => [row.version, row.status, row.source]);
        expect(heard).to.deep.equal([
          [1, 'late', 'teacher'],
          [2, 'present', 'teacher'],
          [3, 'present', 'teacher'],
          [4, 'present', 'teacher'],
        ]);
        staff.close();
      });

    it('[MK9] again under its opId it means the same students, and changes nothing; without one it means those of now', async () => {
      const { group, session } = await hub.running(3, {});
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const path = `/api/v1/sessions/${session.id}/mark-rest`;
      const rest = (body: object) => call(hub.url, 'POST', path, group.teacher.token, body);
      const first = await rest({ status: 'absent', opId: 'the rest' });
      expect(first.data).to.include({ marked: 3, version: 3, repeated: false });
      const staff = await connectRaw('plain', hub.url, { token: group.teacher.token });
      await staff.ask('ATTENDANCE_MARKED', { studentId: sam.id, status: 'present' });
      await staff.ask('ATTENDANCE_MARKED', { studentId: sue.id, status: 'excused' });
      const late = await hub.school.person('student');
      const enrolment = { studentId: late.id };
      await call(hub.url, 'POST', `/api/v1/classes/${group.id}/students`, group.teacher.token, enrolment);
      const again = await rest({ status: 'absent', opId: 'the rest' });
      expect(again.data).to.deep.equal({ ...first.data, repeated: true });
      const { data } = await staff.ask('SYNC', { classId: group.id });
      expect(data?.counts).to.include({ present: 1, excused: 1, absent: 1, unmarked: 1 });
      expect((await rest({ status: 'present' })).data).to.include({ marked: 1, repeated: false });
      staff.close();
    });

    it('[SE2] is for the staff of the class only, and needs a live session', async () => {
      const { group, session } = await hub.running(1, {});
      const path = `/api/v1/sessions/${session.id}/mark-rest`;
      const rest = (token: string) => call(hub.url, 'POST', path, token, { status: 'present' });
      const stranger = await hub.school.person('teacher');
      expect((await rest(stranger.token)).code).to.equal('SESSION_NOT_FOUND');
      expect((await rest(nth(group.students, 0).token)).code).to.equal('TEACHER_ACCESS_REQUIRED');
      await hub.closed(group, session);
      expect((await rest(group.teacher.token)).code).to.equal('NO_ACTIVE_SESSION');
    });
  });
