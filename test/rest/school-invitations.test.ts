import { expect } from 'chai';
import { logIn } from '../support/http.ts';
import { call, startHub, type TestHub } from '../support/hub.ts';

const NOBODY = '0'.repeat(24);

describe('the school: invitations', () => {
  let hub: TestHub;
  let admin: string;
  let made = 0;
  before(async () => {
    hub = await startHub({ mode: 'embedded', env: { LIMIT_SCALE: '1000' } });
    admin = (await hub.school.person('admin')).token;
  });
  after(() => hub?.stop());

  const as = (token: string | undefined, line: string, body?: unknown) => {
    const [method = '', path = ''] = line.split(' ');
    return call(hub.url, method, path, token, body);
  };
  const newStudent = async (fields: object = {}) =>
    String((await as(admin, 'POST /api/v1/students', { firstName: 'Ann', ...fields })).data?.id);
  const invite = async (id: string) => {
    const answer = await as(admin, `POST /api/v1/students/${id}/invitation`);
    expect(answer.status, JSON.stringify(answer)).to.equal(201);
    return answer.data as { invitation: string; expiresAt: string };
  };
  const claim = (invitation: string, email = `claim-${++made}@school.test`, password = 'a good password') =>
    as(undefined, 'POST /api/v1/auth/claim', { invitation, email, password });
  const code = ({ status, code }: { status: number; code?: string }) => [status, code];
  const INVALID = [400, 'INVITATION_INVALID'];

  it('[SC5] makes an account of the same id, in the same classes; once', async () => {
    const { id: classId, teacher } = await hub.school.class(0, 'private');
    const id = await newStudent({ email: 'ann@school.test', studentCode: 'I-1' });
    await as(teacher.token, `POST /api/v1/classes/${classId}/students`, { studentId: id });
    const { invitation, expiresAt } = await invite(id);
    const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
    expect(days).to.be.within(13.9, 14);

    const claimed = await claim(invitation, 'Ann@School.test');
    expect([claimed.status, claimed.data]).to.deep.equal([
      201,
      { id, name: 'Ann', email: 'ann@school.test', role: 'student' },
    ]);
    const { token } = await logIn(hub.url, { email: 'ann@school.test', password: 'a good password' });
    expect((await as(token, `GET /api/v1/classes/${classId}`)).data).to.include({ id: classId });
    expect((await as(admin, `GET /api/v1/students/${id}`)).data).to.include({
      hasLogin: true,
      studentCode: 'I-1',
    });
    expect(code(await claim(invitation))).to.deep.equal(INVALID);
    expect(code(await as(admin, `POST /api/v1/students/${id}/invitation`))).to.deep.equal([409, 'HAS_LOGIN']);
  });

  it('[SC5] of two who use it at once one gets the account', async () => {
    const id = await newStudent();
    const { invitation } = await invite(id);
    const answers = await Promise.all([claim(invitation), claim(invitation), claim(invitation)]);
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 400, 400]);
  });

  it('[SC5] is kept by hash, voided by a newer one, and over after its time', async () => {
    const id = await newStudent();
    const first = await invite(id);
    const second = await invite(id);
    const stored = hub.connection.collection('invitations');
    const kept = await stored.find().toArray();
    expect(JSON.stringify(kept)).not.to.include(second.invitation);
    expect(hub.lines.join('')).not.to.include(second.invitation);
    expect(code(await claim(first.invitation))).to.deep.equal(INVALID);
    await stored.updateMany({}, { $set: { expiresAt: new Date(Date.now() - 1) } });
    expect(code(await claim(second.invitation))).to.deep.equal(INVALID);
    expect(code(await claim('x'))).to.deep.equal(INVALID);
  });

  it('[SC5] survives an address that is taken', async () => {
    const { invitation } = await invite(await newStudent());
    await newStudent({ email: 'somebody@school.test' });
    expect(code(await claim(invitation, 'somebody@school.test'))).to.deep.equal([409, 'EMAIL_EXISTS']);
    expect(code(await claim(invitation, 'free@school.test', 'short'))).to.deep.equal([
      400,
      'INVALID_REQUEST',
    ]);
    expect((await claim(invitation, 'free@school.test')).status).to.equal(201);
  });

  it('[SC5] is void when the person was deleted', async () => {
    const id = await newStudent();
    const { invitation } = await invite(id);
    expect((await as(admin, `DELETE /api/v1/students/${id}`)).status).to.equal(200);
    expect(code(await claim(invitation))).to.deep.equal(INVALID);
  });

  it('[SC5] is made by admins only, not by a teacher of the student’s class', async () => {
    const { id: classId, teacher } = await hub.school.class(1, 'private');
    const stranger = await hub.school.person('teacher');
    const pupil = await hub.school.person('student');
    const id = await newStudent();
    const line = `POST /api/v1/students/${id}/invitation`;
    await as(teacher.token, `POST /api/v1/classes/${classId}/students`, { studentId: id });
    for (const { token } of [teacher, stranger])
      expect(code(await as(token, line))).to.deep.equal([403, 'ADMIN_ACCESS_REQUIRED']);
    expect((await as(admin, line)).status).to.equal(201);
    expect((await as(pupil.token, line)).status).to.equal(403);
    expect((await as(undefined, line)).status).to.equal(401);
    expect((await as(admin, `POST /api/v1/students/${NOBODY}/invitation`)).status).to.equal(404);

    const made = await as(admin, 'POST /api/v1/teachers', { firstName: 'Bo', teacherCode: 'I-T' });
    const forTeacher = `POST /api/v1/teachers/${made.data?.id}/invitation`;
    expect((await as(teacher.token, forTeacher)).status).to.equal(403);
    const { invitation } = (await as(admin, forTeacher)).data as { invitation: string };
    expect((await claim(invitation, 'bo@school.test')).data).to.include({ role: 'teacher', name: 'Bo' });
  });
});
