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

    it('[MK3][MK9] the repetition of one that found nobody unmarked gets the first answer, whatever happened since', async () => {
      const { group, session } = await hub.running(1, {});
      const staff = await connectRaw('plain', hub.url, { token: group.teacher.token });
      const mark = (status: string) =>
        staff.ask('ATTENDANCE_MARKED', { studentId: nth(group.students, 0).id, status });
      for (const status of ['late', 'excused', 'present']) await mark(status);
      const first = await staff.ask('MARK_REST', { status: 'absent', opId: 'nobody left' });
      expect(first.data).to.include({ status: 'absent', marked: 0, version: 3, repeated: false });
      await mark('late');
      await mark('unmarked');
      for (const status of ['absent', 'present'])
        expect((await staff.ask('MARK_REST', { status, opId: 'nobody left' })).data).to.deep.equal({
          ...first.data,
          repeated: true,
        });
      const { data } = await staff.ask('SYNC', { classId: group.id });
      expect([data?.sessionId, data?.version, data?.entries]).to.deep.equal([session.id, 5, []]);
      staff.close();
    });

    it('[MK3][MK9] a repetition does not mark those who had left at the first time and are back', async () => {
      const { group, session } = await hub.running(2, {});
      const roster = `/api/v1/classes/${group.id}/students`;
      const path = `/api/v1/sessions/${session.id}/mark-rest`;
      const { token } = group.teacher;
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      await call(hub.url, 'DELETE', `${roster}/${sam.id}`, token);
      const rest = () => call(hub.url, 'POST', path, token, { status: 'present', opId: 'all who are here' });
      const first = await rest();
      expect(first.data).to.include({ marked: 1, repeated: false });
      // As if they had left between the look at the roster and the marks.
      const rests = hub.connection.collection<{ _id: string; students: string[] }>('mark_rests');
      const kept = { _id: { $regex: `^${session.id}:` } } as object;
      expect((await rests.updateOne(kept, { $push: { students: sam.id } })).modifiedCount).to.equal(1);
      await call(hub.url, 'POST', roster, token, { studentId: sam.id });
      expect((await rest()).data).to.deep.equal({ ...first.data, repeated: true });
      const records = await hub.closed(group, session);
      expect([records.get(sam.id)?.status, records.get(sue.id)?.status]).to.deep.equal(['absent', 'present']);
    });

    it('[MK3][MK9] a repetition finishes what a crash left undone, as it was asked for the first time', async () => {
      const { group, session } = await hub.running(2, {});
      const path = `/api/v1/sessions/${session.id}/mark-rest`;
      const { token } = group.teacher;
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const rest = (status: string) => call(hub.url, 'POST', path, token, { status, opId: 'half' });
      const staff = await connectRaw('plain', hub.url, { token });
      await staff.ask('ATTENDANCE_MARKED', { studentId: sue.id, status: 'late' });
      expect((await rest('absent')).data).to.include({ marked: 1, version: 2 });
      await staff.ask('ATTENDANCE_MARKED', { studentId: sue.id, status: 'unmarked' });
      // As if the process had died when it had marked the one of them, and before it kept its answer.
      const rests = hub.connection.collection<{ _id: string; students: string[] }>('mark_rests');
      const kept = { _id: { $regex: `^${session.id}:` } } as object;
      await rests.updateOne(kept, { $set: { students: [sam.id, sue.id] }, $unset: { answer: true } });
      const again = await rest('present');
      expect(again.data).to.include({ status: 'absent', marked: 2, repeated: true });
      expect((await rest('present')).data).to.deep.equal(again.data);
      const records = await hub.closed(group, session);
      const [one, two] = [records.get(sam.id), records.get(sue.id)];
      expect([one?.status, one?.source, two?.status, two?.source]).to.deep.equal([
        'absent',
        'teacher',
        'absent',
        'teacher',
      ]);
      staff.close();
    });

    it('[MK3][MK9] is answered after the end as it was before it, once the next session runs by its session’s name only', async () => {
      const { group, session } = await hub.running(2, {});
      const { token } = group.teacher;
      const path = `/api/v1/sessions/${session.id}/mark-rest`;
      const body = { status: 'present', opId: 'before the end' };
      const staff = await connectRaw('plain', hub.url, { token });
      const first = await staff.ask('MARK_REST', body);
      expect(first.data).to.include({ marked: 2, version: 2, repeated: false });
      await hub.closed(group, session);
      const again = { ...first.data, repeated: true };
      expect((await staff.ask('MARK_REST', body)).data).to.deep.equal(again);
      expect((await call(hub.url, 'POST', path, token, body)).data).to.deep.equal(again);
      const unheard = { ...body, opId: 'never asked' };
      expect((await staff.ask('MARK_REST', unheard)).code).to.equal('NO_ACTIVE_SESSION');
      expect((await call(hub.url, 'POST', path, token, unheard)).code).to.equal('NO_ACTIVE_SESSION');
      expect((await call(hub.url, 'POST', path, token, { status: 'present' })).code).to.equal(
        'NO_ACTIVE_SESSION',
      );
      const other = await hub.school.person('admin');
      expect((await call(hub.url, 'POST', path, other.token, body)).code).to.equal('NO_ACTIVE_SESSION');

      await call(hub.url, 'POST', '/api/v1/sessions', token, { classId: group.id });
      expect((await call(hub.url, 'POST', path, token, body)).data).to.deep.equal(again);
      expect((await call(hub.url, 'POST', path, token, unheard)).code).to.equal('SESSION_CHANGED');
      expect((await staff.ask('MARK_REST', body)).data).to.include({ marked: 2, repeated: false });
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
