import { expect } from 'chai';
import { call, connectRaw, MODES, startHub, type TestHub } from '../support/hub.ts';

for (const mode of MODES)
  describe(`teachers who come and go at once (${mode})`, () => {
    let hub: TestHub;
    let admin: string;
    before(async () => {
      hub = await startHub({ mode });
      admin = (await hub.school.person('admin')).token;
    });
    after(() => hub?.stop());

    const people = async (count: number) => {
      const all = [];
      for (let i = 0; i < count; i++) {
        const { id, token } = await hub.school.person('teacher');
        all.push({ id, token, socket: await connectRaw('plain', hub.url, { token }) });
      }
      return all;
    };

    it('[CL1][AU2] of two hand-overs at once one holds, at the open sockets too', async () => {
      const teachers = await people(4);
      const { id } = await hub.school.class(0, 'private');
      for (let round = 0; round < 12; round++) {
        const wanted = teachers.map(({ id: teacherId }) => ({ teacherId })).sort(() => Math.random() - 0.5);
        await Promise.all(
          wanted.slice(0, 3).map((body) => call(hub.url, 'PATCH', `/api/v1/classes/${id}`, admin, body)),
        );
        const { data } = await call(hub.url, 'GET', `/api/v1/classes/${id}`, admin);
        const reached = [];
        for (const { id: teacherId, socket } of teachers)
          if ((await socket.ask('SYNC', { classId: id })).success) reached.push(teacherId);
        expect(reached, `round ${round}`).to.deep.equal([data?.teacherId]);
      }
      for (const { socket } of teachers) socket.close();
    });
  });
