import { expect } from 'chai';
import { createClasses } from '../../server/data/classes.ts';
import type { SyncReply } from '../../shared/protocol/index.ts';
import { call, connectRaw, MODES, startHub, type TestHub } from '../support/hub.ts';

/** How often it is tried: one in some of them meets the moment between the database and the register. */
const ROUNDS = 40;

for (const mode of MODES)
  describe(`a student who is put in and taken out at the same time (${mode})`, () => {
    let hub: TestHub;
    before(async () => {
      hub = await startHub({ mode, env: { LIMIT_SCALE: '1000' } });
    });
    after(() => hub?.stop());

    it('[DN1][AU2] is in the class, in its live register and at its sockets, or in none of them', async () => {
      const { id: classId, teacher } = await hub.school.class(2, 'private');
      const { id: studentId, token } = await hub.school.person('student');
      const staff = await connectRaw('socketio', hub.url, { token: teacher.token });
      const own = await connectRaw('plain', hub.url, { token });
      await staff.ask('SESSION_START', { classId });
      const path = `/api/v1/classes/${classId}/students`;
      for (let round = 0; round < ROUNDS; round++) {
        const changes = [
          call(hub.url, 'POST', path, teacher.token, { studentId }),
          call(hub.url, 'DELETE', `${path}/${studentId}`, teacher.token),
        ];
        for (const { success } of await Promise.all(changes)) expect(success).to.equal(true);
        const inClass = (await createClasses(hub.connection).find(classId))?.studentIds as
          | string[]
          | undefined;
        const { data } = await staff.ask('SYNC', { classId });
        const { roster } = data as unknown as Extract<SyncReply, { mode: 'snapshot' }>;
        expect(roster?.includes(studentId as string as never), 'in the register').to.equal(
          inClass?.includes(studentId),
        );
        const asked = await own.ask('MY_ATTENDANCE', { classId });
        expect(asked.success, 'at the socket').to.equal(inClass?.includes(studentId));
        await call(hub.url, 'DELETE', `${path}/${studentId}`, teacher.token);
      }
      staff.close();
      own.close();
    });
  });
