import { expect } from 'chai';
import { call, connectRaw, MODES, startHub, type TestHub, WIRES } from '../support/hub.ts';

for (const mode of MODES)
  describe(`a class from start to DONE (${mode})`, () => {
    let hub: TestHub;
    before(async () => {
      hub = await startHub({ mode });
    });
    after(() => hub.stop());

    for (const wire of WIRES)
      it(`[DN1] over ${wire}`, async () => {
        const { id: classId, teacher, students } = await hub.school.class(2, 'private');
        await call(hub.url, 'POST', '/api/v1/sessions', teacher.token, { classId });
        const at = await connectRaw(wire, hub.url, { token: teacher.token });
        const [first] = students;
        const marked = await at.ask('ATTENDANCE_MARKED', {
          classId,
          studentId: first?.id,
          status: 'present',
        });
        expect(marked.success).to.equal(true);
        const done = await at.ask('DONE', { classId });
        expect(done.data).to.include({ present: 1, absent: 1, total: 2, message: 'Attendance persisted' });
        at.close();
      });
  });
