import { expect } from 'chai';
import { createPeople } from '../../server/data/people.ts';
import { createUsers } from '../../server/data/users.ts';
import type { StudentId, UserId } from '../../shared/ids.ts';
import { ask, logIn, newPerson } from '../support/http.ts';
import { call, connectRaw, startHub, type TestHub } from '../support/hub.ts';

type Person = Record<'id' | 'name' | 'studentCode' | 'sectionId', string>;
const NOBODY = '0'.repeat(24);

describe('the school: people', () => {
  let hub: TestHub;
  let admin: string;
  let teacher: string;
  before(async () => {
    hub = await startHub({ mode: 'embedded', env: { LIMIT_SCALE: '1000' } });
    admin = (await hub.school.person('admin')).token;
    teacher = (await hub.school.person('teacher')).token;
  });
  after(() => hub?.stop());

  const as = (token: string, line: string, body?: unknown) => {
    const [method = '', path = ''] = line.split(' ');
    return call(hub.url, method, path, token, body);
  };
  let made = 0;
  const student = async (fields: object = {}) => {
    const body = { studentCode: `P-${++made}`, firstName: 'Ann', lastName: 'Lee', ...fields };
    const answer = await as(admin, 'POST /api/v1/students', body);
    expect(answer.status, JSON.stringify(answer)).to.equal(201);
    return answer.data as Person;
  };
  const code = ({ status, code }: { status: number; code?: string }) => [status, code];

  it('[SC1] a student needs neither an address nor a password', async () => {
    const { id, ...rest } = await student({ studentCode: 'S-1' });
    expect(rest).to.deep.equal({
      studentCode: 'S-1',
      name: 'Ann Lee',
      firstName: 'Ann',
      lastName: 'Lee',
      sectionId: null,
      email: null,
      hasLogin: false,
    });
    const teachers = { teacherCode: 'S-1', firstName: 'Bo' };
    expect((await as(admin, 'POST /api/v1/teachers', teachers)).data).to.deep.include({
      teacherCode: 'S-1',
      name: 'Bo',
      hasLogin: false,
    });
    const found = await createUsers(hub.connection).findByStudentCodes(['S-1', 'S-unknown']);
    expect([...found]).to.deep.equal([['S-1', id]]);
  });

  it('[SC1] who has no log-in cannot log in, and is no account', async () => {
    const email = 'no-login@school.test';
    const { id } = await student({ email });
    for (const password of ['undefined', 'null', '-', 'password'])
      expect(code(await as('', 'POST /api/v1/auth/login', { email, password }))).to.deep.equal([
        401,
        'INVALID_CREDENTIALS',
      ]);
    expect(code(await as(admin, `GET /api/v1/users/${id}`))).to.deep.equal([404, 'USER_NOT_FOUND']);
    expect(code(await as(admin, `PATCH /api/v1/users/${id}`, { name: 'X' }))).to.deep.equal([
      404,
      'USER_NOT_FOUND',
    ]);
    const { items } = (await as(admin, 'GET /api/v1/users?limit=200')).data as { items: { id: string }[] };
    expect(items.map((user) => user.id)).not.to.include(id);
    const everyone = (await as(teacher, 'GET /students')).data as unknown as { _id: string; email: string }[];
    expect(everyone.find((one) => one._id === id)).to.include({ email });
  });

  it('[SC2] a code belongs to one student, and to one teacher', async () => {
    const first = await student({ studentCode: 'S-2' });
    const second = await student();
    const body = { studentCode: 'S-2', firstName: 'Cy' };
    expect(code(await as(admin, 'POST /api/v1/students', body))).to.deep.equal([409, 'CODE_EXISTS']);
    const path = `/api/v1/students/${second.id}`;
    expect(code(await as(admin, `PATCH ${path}`, { studentCode: 'S-2' }))).to.deep.equal([
      409,
      'CODE_EXISTS',
    ]);
    await as(admin, `PATCH /api/v1/students/${first.id}`, { studentCode: null });
    expect((await as(admin, `PATCH ${path}`, { studentCode: 'S-2' })).data).to.include({
      studentCode: 'S-2',
    });
  });

  it('[AC1] nor does an address belong to two, with a log-in or without', async () => {
    const { email } = await newPerson(hub.url, 'student');
    const body = { firstName: 'Di', email: email.toUpperCase() };
    expect(code(await as(admin, 'POST /api/v1/students', body))).to.deep.equal([409, 'EMAIL_EXISTS']);
    await student({ email: 'taken@school.test' });
    const form = { name: 'Ed', email: 'Taken@school.test', password: 'secret enough', role: 'student' };
    expect(code(await as('', 'POST /api/v1/auth/register', form))).to.deep.equal([409, 'EMAIL_EXISTS']);
  });

  it('[SC1] whoever signed up is a student of the school, and gets a code later', async () => {
    const { id, name, email } = await newPerson(hub.url, 'student');
    const path = `/api/v1/students/${id}`;
    expect((await as(admin, `GET ${path}`)).data).to.include({ name, firstName: null, hasLogin: true });
    const coded = await as(admin, `PATCH ${path}`, { studentCode: 'S-3', lastName: 'Ng' });
    expect(coded.data).to.include({ studentCode: 'S-3', name, lastName: 'Ng' });
    expect((await as(admin, `PATCH ${path}`, { firstName: 'Flo' })).data).to.include({ name: 'Flo Ng' });
    const moved = await as(admin, `PATCH ${path}`, { email: 'other@school.test' });
    expect(code(moved)).to.deep.equal([409, 'HAS_LOGIN']);
    expect((await as(admin, `PATCH ${path}`, { email })).status).to.equal(200);
  });

  it('[SC7] an address that somebody begins to sign in with just then is not changed by who read that they had none', async () => {
    const people = createPeople(hub.connection);
    const { id, email } = await newPerson(hub.url, 'student');
    const [userId, other] = [id as UserId, (await student({ studentCode: 'S-9' })).id as UserId];
    const set = { email: 'entered@school.test', lastName: 'Entered' };
    expect(await people.update('student', userId, set)).to.equal(null);
    const writes = [
      { id: null, set: { code: 'S-10', firstName: 'New', name: 'New' } },
      { id: userId, set },
      { id: other, set: { email: 's9@school.test' } },
      { id: null, set: { code: 'S-9', firstName: 'Again', name: 'Again' } },
    ];
    const refused = async (some: typeof writes) => [...(await people.writeAll('student', some, new Date()))];
    expect(await refused(writes.slice(0, 3))).to.deep.equal([[1, 'HAS_LOGIN']]);
    expect(await refused(writes.slice(1))).to.deep.equal([
      [0, 'HAS_LOGIN'],
      [2, 'CODE_EXISTS'],
    ]);
    expect(await people.find('student', userId)).to.include({ email, lastName: null });
    expect(await people.find('student', other)).to.include({ email: 's9@school.test' });
  });

  it('[SC1] the list is found by code or name, page by page, and by its own role only', async () => {
    const ids: string[] = [];
    for (const lastName of ['Quine', 'Quince', 'Q.ine']) ids.push((await student({ lastName })).id);
    const list = async (query: string) =>
      (await as(teacher, `GET /api/v1/students?${query}`)).data as {
        items: Person[];
        nextCursor: string | null;
      };
    expect((await list('q=QUI')).items.map(({ id }) => id)).to.deep.equal(ids.slice(0, 2));
    expect((await list('q=q.ine')).items.map(({ id }) => id)).to.deep.equal(ids.slice(2));
    expect((await list('q=%5E.*%24')).items).to.deep.equal([]);
    expect((await as(teacher, 'GET /api/v1/students?q=Q%00')).status, 'what nobody is called').to.equal(400);
    const one = await list('q=qui&limit=1');
    expect((await list(`q=qui&limit=1&cursor=${one.nextCursor}`)).items[0]?.id).to.equal(ids[1]);
    const byCode = (await student({ studentCode: 'zz-77' })).id;
    expect((await list('q=ZZ-7')).items.map(({ id }) => id)).to.deep.equal([byCode]);
    const teachers = await as(admin, 'GET /api/v1/teachers?q=qui');
    expect((teachers.data as { items: unknown[] }).items).to.deep.equal([]);
  });

  it('[SC1][CL3] teachers read students without their addresses; only admins see teachers, and change', async () => {
    const { id } = await student({ email: 'hidden@school.test' });
    const read = await as(teacher, `GET /api/v1/students/${id}`);
    expect(read.status).to.equal(200);
    expect(read.data).not.to.have.property('email');
    expect((await as(admin, `GET /api/v1/students/${id}`)).data).to.include({ email: 'hidden@school.test' });
    const { token: pupil } = await hub.school.person('student');
    for (const [token, line] of [
      [teacher, 'GET /api/v1/teachers'],
      [teacher, 'POST /api/v1/students'],
      [teacher, `PATCH /api/v1/students/${id}`],
      [teacher, `DELETE /api/v1/students/${id}`],
      [pupil, 'GET /api/v1/students'],
      [pupil, `GET /api/v1/students/${id}`],
    ] as const)
      expect((await as(token, line, line.startsWith('GET') ? undefined : {})).status, line).to.equal(403);
    for (const line of [`GET /api/v1/students/${NOBODY}`, `DELETE /api/v1/students/${NOBODY}`])
      expect(code(await as(admin, line)), line).to.deep.equal([404, 'STUDENT_NOT_FOUND']);
    expect(code(await as(admin, `GET /api/v1/teachers/${id}`))).to.deep.equal([404, 'TEACHER_NOT_FOUND']);
  });

  for (const body of [
    {},
    { studentCode: 'x' },
    { firstName: '' },
    { firstName: 'A', studentCode: '  ' },
    { firstName: 'A\nB' },
    { firstName: 'A', studentCode: 'a\tb' },
    { firstName: 'A', studentCode: NOBODY },
    { firstName: 'A', email: 'nobody' },
    { firstName: 'A', role: 'admin' },
    { firstName: 'A', passwordHash: 'x' },
    { firstName: 'A', sectionId: { $ne: null } },
  ])
    it(`[SC1] refuses to enter ${JSON.stringify(body)}`, async () => {
      expect(code(await as(admin, 'POST /api/v1/students', body))).to.deep.equal([400, 'INVALID_REQUEST']);
    });

  it('[SC6] a deleted student is off every roster and logged out; the records and the name stay', async () => {
    const { id: classId, teacher: ada, students } = await hub.school.class(2, 'private');
    const [gone, stays] = students as [{ id: UserId; token: string }, { id: UserId; token: string }];
    await as(ada.token, 'POST /api/v1/sessions', { classId });
    const done = await as(ada.token, 'GET /api/v1/sessions?limit=1'.concat(`&classId=${classId}`));
    const session = (done.data as { items: { id: string }[] }).items[0]?.id;
    expect((await as(ada.token, `POST /api/v1/sessions/${session}/close`)).status).to.equal(200);

    expect((await as(admin, `DELETE /api/v1/students/${gone.id}`)).data).to.deep.equal({ id: gone.id });
    const detail = (await as(ada.token, `GET /api/v1/classes/${classId}`)).data as {
      studentCount: number;
      students: { id: string }[];
    };
    expect(detail.studentCount).to.equal(1);
    expect(detail.students.map(({ id }) => id)).to.deep.equal([stays.id]);
    expect((await as(gone.token, 'GET /api/v1/auth/me')).status).to.equal(401);
    expect((await as(stays.token, 'GET /api/v1/auth/me')).status).to.equal(200);
    const records = hub.connection.collection('records');
    const kept = await records.countDocuments({
      studentId: hub.connection.base.Types.ObjectId.createFromHexString(gone.id),
    });
    expect(kept).to.equal(1);
    const body = { studentId: gone.id as string as StudentId };
    expect(code(await as(ada.token, `POST /api/v1/classes/${classId}/students`, body))).to.deep.equal([
      404,
      'STUDENT_NOT_FOUND',
    ]);
  });

  it('[SC6] every report still has the name and the code of who was deleted, student or co-teacher', async () => {
    const { id: classId, teacher: ada } = await hub.school.class(0, 'private');
    const [coded, plain, bo] = await Promise.all([
      student({ studentCode: 'GONE-1', firstName: 'Zoe', lastName: 'Gone' }),
      student({ studentCode: undefined, firstName: 'Yan', lastName: 'Also' }),
      hub.school.person('teacher'),
    ]);
    await as(admin, `PATCH /api/v1/teachers/${bo.id}`, { firstName: 'Bo', lastName: 'Left' });
    await as(ada.token, `POST /api/v1/classes/${classId}/co-teachers`, { userId: bo.id });
    for (const { id } of [coded, plain])
      await as(ada.token, `POST /api/v1/classes/${classId}/students`, { studentId: id });
    await as(ada.token, 'POST /api/v1/sessions', { classId });
    const staff = await connectRaw('plain', hub.url, { token: bo.token });
    for (const { id } of [coded, plain])
      await staff.ask('ATTENDANCE_MARKED', { classId, studentId: id, status: 'late' });
    await staff.ask('DONE', { classId });
    staff.close();

    const reports = async () => {
      const listed = await as(ada.token, `GET /api/v1/attendance/records?classId=${classId}`);
      const { items } = listed.data as { items: { id: string; studentName?: string }[] };
      const history = await as(ada.token, `GET /api/v1/attendance/records/${items[0]?.id}/history`);
      const { lines } = history.data as { lines: { byName?: string }[] };
      const csv = await ask(hub.url, `GET /api/v1/attendance/export.csv?classId=${classId}`, {
        token: ada.token,
      });
      const percentages = await as(
        ada.token,
        `GET /api/v1/analytics/attendance-percentage?classId=${classId}`,
      );
      const proximity = await ask(hub.url, 'GET /api/v1/teacher/analytics/attendance_percentage', {
        token: ada.token,
      });
      return {
        records: items.map(({ studentName }) => studentName),
        by: lines.map(({ byName }) => byName),
        csv: (csv.body.data as string).split('\r\n').map((line) => line.split(',')),
        students: (percentages.data as { students: object[] }).students,
        proximity: proximity.body as unknown as { student_name: string }[],
      };
    };
    const before = await reports();
    for (const { id } of [coded, plain])
      expect((await as(admin, `DELETE /api/v1/students/${id}`)).status).to.equal(200);
    expect((await as(admin, `DELETE /api/v1/teachers/${bo.id}`)).status).to.equal(200);

    const after = await reports();
    expect(after).to.deep.equal(before);
    expect(after.records).to.have.members(['Zoe Gone', 'Yan Also']);
    expect(after.by).to.deep.equal(['Bo Left']);
    const cells = after.csv.slice(1, 3).map(([code, name, , , , , markedBy]) => [code, name, markedBy]);
    expect(cells).to.have.deep.members([
      ['GONE-1', 'Zoe Gone', 'Bo Left'],
      [plain.id, 'Yan Also', 'Bo Left'],
    ]);
    const called = after.proximity.map((row) => row.student_name);
    expect(called).to.have.members(['Zoe Gone', 'Yan Also']);
  });

  it('[SC6] a teacher who owns a class stays; a co-teacher goes', async () => {
    const { id: classId, teacher: ada } = await hub.school.class(0, 'private');
    const bo = await hub.school.person('teacher');
    await as(ada.token, `POST /api/v1/classes/${classId}/co-teachers`, { userId: bo.id });
    const refused = await as(admin, `DELETE /api/v1/teachers/${ada.id}`);
    expect(refused).to.include({ status: 409, code: 'STILL_IN_USE' });
    expect(refused.error).to.match(/owns classes/);
    expect((await as(admin, `DELETE /api/v1/teachers/${bo.id}`)).status).to.equal(200);
    const read = (await as(ada.token, `GET /api/v1/classes/${classId}`)).data;
    expect(read?.coTeacherIds).to.deep.equal([]);
    expect((await as(bo.token, 'GET /api/v1/auth/me')).status).to.equal(401);
  });

  it('[AC1] an index from when everybody had an address gives way', async () => {
    const users = hub.connection.collection('users');
    await users.createIndex({ email: 1 }, { unique: true, name: 'email_1', sparse: true });
    await createUsers(hub.connection).ensureIndexes();
    await createUsers(hub.connection).ensureIndexes();
    expect(await users.indexExists('email_1')).to.equal(false);
    const account = await newPerson(hub.url, 'student');
    expect((await logIn(hub.url, account)).token).to.be.a('string');
    const again = { ...account, email: account.email.toUpperCase(), role: 'student' };
    const form = { name: again.name, email: again.email, password: again.password, role: again.role };
    expect((await ask(hub.url, 'POST /signup', { body: form })).status).to.equal(400);
  });
});
