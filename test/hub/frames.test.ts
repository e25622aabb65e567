import { expect } from 'chai';
import { connectRaw, startHub, type TestHub } from '../support/hub.ts';

/** The lengths at which a WebSocket frame's head changes its form, and what lies around them. */
describe('long answers', () => {
  let hub: TestHub;
  before(async () => {
    hub = await startHub({ mode: 'embedded', env: { LIMIT_SCALE: '100' } });
  });
  after(() => hub.stop());

  it('[WS7] arrive whole over Socket.IO, whatever their length', async () => {
    const { id: classId, teacher, students } = await hub.school.class(420, 'private');
    const at = await connectRaw('socketio', hub.url, { token: teacher.token });
    await at.ask('SESSION_START', { classId });
    const lengths: number[] = [];
    for (const [i, { id: studentId }] of students.entries()) {
      // Not only ASCII: a frame counts bytes, not characters.
      const reason = `${'ä'.repeat(1 + (i % 40))}${'x'.repeat(i % 90)}`;
      const { data } = await at.ask('ATTENDANCE_MARKED', { classId, studentId, status: 'excused', reason });
      expect(data?.entry).to.include({ studentId, reason });
      lengths.push(JSON.stringify(data).length);
    }
    const { data } = await at.ask('SYNC', { classId });
    expect(data?.entries).to.have.length(420);
    expect(JSON.stringify(data).length).to.be.greaterThan(65_536);
    expect(Math.max(...lengths)).to.be.greaterThan(256);
    const own = await connectRaw('socketio', hub.url, { token: students[0]?.token ?? '' });
    expect((await own.ask('MY_ATTENDANCE', { classId })).data).to.deep.equal({ status: 'excused' });
    own.close();
    at.close();
  });
});
