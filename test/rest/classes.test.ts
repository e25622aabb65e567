import { expect } from 'chai';
import type { ClassId } from '../../shared/ids.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { ask, enrol, newClass, newPerson, type Person } from '../support/http.ts';

describe('REST: classes', () => {
  let app: TestApp;
  let ann: Person;
  let ben: Person;
  let sam: Person;
  let sue: Person;

  before(async () => {
    app = await startApp();
    [ann, ben, sam, sue] = await Promise.all([
      newPerson(app.url, 'teacher'),
      newPerson(app.url, 'teacher'),
      newPerson(app.url, 'student'),
      newPerson(app.url, 'student'),
    ]);
  });
  after(() => app.close());
  beforeEach(() => {
    app.told.length = 0;
    app.roster.length = 0;
  });

  const as = (person: Person, line: string, body?: unknown) =>
    ask(app.url, line, { token: person.token, body });
  const read = (person: Person, id: string) => as(person, `GET /api/v1/classes/${id}`);
  const outcome = ({ status, body }: Awaited<ReturnType<typeof ask>>) => [status, body.code];
  const NOBODY = '0'.repeat(24);

  it('creates one that its creator owns, private unless said otherwise', async () => {
    const { status, body } = await as(ann, 'POST /api/v1/classes', { className: ' Maths ' });
    expect(status).to.equal(201);
    expect(body.data).to.deep.equal({
      id: body.data.id,
      className: 'Maths',
      code: null,
      sectionIds: [],
      visibility: 'private',
      enrolment: 'roster',
      teacherId: ann.id,
      coTeacherIds: [],
      studentCount: 0,
    });
    expect(app.told).to.deep.equal([['joined', ann.id, body.data.id, 'staff']]);
    const open = await as(ann, 'POST /api/v1/classes', { className: 'Open', visibility: 'open' });
    expect(open.body.data.visibility).to.equal('open');
  });

  for (const body of [
    {},
    { className: '' },
    { className: '  ' },
    { className: { $ne: null } },
    { className: 'x', teacherId: NOBODY },
    { className: 'x', studentIds: [NOBODY] },
    { className: 'x', _id: NOBODY },
    { className: 'x', visibility: 'all' },
  ])
    it(`[security 6] refuses to create ${JSON.stringify(body)}`, async () => {
      expect(outcome(await as(ann, 'POST /api/v1/classes', body))).to.deep.equal([400, 'INVALID_REQUEST']);
    });

  it('is not for students to create', async () => {
    const { status, body } = await as(sam, 'POST /api/v1/classes', { className: 'Mine' });
    expect([status, body.error]).to.deep.equal([403, 'Forbidden, teacher access required']);
  });

  it('lists to each the classes that they belong to, page by page', async () => {
    const eva = await newPerson(app.url, 'teacher');
    const mine: string[] = [];
    for (const name of ['a', 'b', 'c']) mine.push(await newClass(app.url, eva, name));
    await enrol(app.url, eva, mine[1] ?? '', sue);
    const first = await as(eva, 'GET /api/v1/classes?limit=2');
    const second = await as(eva, `GET /api/v1/classes?limit=2&cursor=${first.body.data.nextCursor}`);
    const ids = [...first.body.data.items, ...second.body.data.items].map((one: { id: string }) => one.id);
    expect(ids).to.deep.equal(mine);
    expect(second.body.data.nextCursor).to.equal(null);
    const hers = await as(sue, 'GET /api/v1/classes');
    expect(hers.body.data.items.map((one: { id: string }) => one.id)).to.deep.equal([mine[1]]);
    expect(hers.body.data.items[0]).to.include({ studentCount: 1 });
  });

  it('[CL3] [security 15] shows e-mail addresses to its staff, and to its students names alone', async () => {
    const id = await newClass(app.url, ann);
    await enrol(app.url, ann, id, sam);
    await enrol(app.url, ann, id, sue);
    expect((await read(ann, id)).body.data.students).to.deep.equal([
      { id: sam.id, name: sam.name, email: sam.email },
      { id: sue.id, name: sue.name, email: sue.email },
    ]);
    const { status, body } = await read(sam, id);
    expect(status).to.equal(200);
    expect(body.data.teachers).to.deep.equal([{ id: ann.id, name: ann.name }]);
    expect(body.data.students).to.deep.equal([
      { id: sam.id, name: sam.name },
      { id: sue.id, name: sue.name },
    ]);
    expect(JSON.stringify(body)).not.to.include('@');
  });

  it('[SE2] [security 5] is closed to other teachers and other students, on every route', async () => {
    const id = await newClass(app.url, ann);
    await enrol(app.url, ann, id, sue);
    const staffOnly: [string, unknown?][] = [
      [`PATCH /api/v1/classes/${id}`, { className: 'Taken' }],
      [`DELETE /api/v1/classes/${id}`],
      [`POST /api/v1/classes/${id}/co-teachers`, { userId: ben.id }],
      [`DELETE /api/v1/classes/${id}/co-teachers/${ann.id}`],
      [`POST /api/v1/classes/${id}/students`, { studentId: sam.id }],
      [`DELETE /api/v1/classes/${id}/students/${sue.id}`],
    ];
    for (const [line, body] of staffOnly) {
      expect(outcome(await as(ben, line, body)), line).to.deep.equal([403, 'NOT_CLASS_TEACHER']);
      expect(outcome(await as(sue, line, body)), line).to.deep.equal([403, 'TEACHER_ACCESS_REQUIRED']);
      expect((await ask(app.url, line, { body })).status, line).to.equal(401);
    }
    expect(outcome(await read(ben, id))).to.deep.equal([403, 'NOT_CLASS_TEACHER']);
    expect(outcome(await read(sam, id))).to.deep.equal([403, 'NOT_ENROLLED']);
    expect((await read(ann, id)).body.data).to.include({ className: 'Geography', studentCount: 1 });
    expect(app.told.filter(([what]) => what === 'left')).to.deep.equal([]);
  });

  it('that is not there is 404, and an id that cannot be one is 400', async () => {
    const lines: [string, unknown?][] = [
      ['GET /api/v1/classes/ID'],
      ['PATCH /api/v1/classes/ID', { className: 'x' }],
      ['DELETE /api/v1/classes/ID'],
      ['POST /api/v1/classes/ID/co-teachers', { userId: ben.id }],
      [`DELETE /api/v1/classes/ID/co-teachers/${ben.id}`],
      ['POST /api/v1/classes/ID/students', { studentId: sam.id }],
      [`DELETE /api/v1/classes/ID/students/${sam.id}`],
    ];
    for (const [line, body] of lines) {
      expect(outcome(await as(ann, line.replace('ID', NOBODY), body)), line).to.deep.equal([
        404,
        'CLASS_NOT_FOUND',
      ]);
      expect(outcome(await as(ann, line.replace('ID', 'x'), body)), line).to.deep.equal([
        400,
        'INVALID_REQUEST',
      ]);
    }
  });

  it('is renamed and opened by its staff', async () => {
    const id = await newClass(app.url, ann);
    const { body } = await as(ann, `PATCH /api/v1/classes/${id}`, {
      className: 'Physics',
      visibility: 'open',
    });
    expect(body.data).to.include({ className: 'Physics', visibility: 'open' });
    for (const patch of [{}, { studentIds: [] }])
      expect((await as(ann, `PATCH /api/v1/classes/${id}`, patch)).status).to.equal(400);
    expect(outcome(await as(ann, `PATCH /api/v1/classes/${id}`, { teacherId: ben.id }))).to.deep.equal([
      403,
      'FORBIDDEN',
    ]);
  });

  it('[AU2] tells the live register and the sockets who comes and who goes', async () => {
    const id = await newClass(app.url, ann);
    await enrol(app.url, ann, id, sam);
    expect(app.roster).to.deep.equal([['enrol', id, sam.id]]);
    expect(app.told).to.deep.include(['joined', sam.id, id, 'students']);

    const { body } = await as(ann, `DELETE /api/v1/classes/${id}/students/${sam.id}`);
    expect(body.data.studentCount).to.equal(0);
    expect(app.roster).to.deep.include(['withdraw', id, sam.id]);
    expect(app.told).to.deep.include(['left', sam.id, id]);
    expect(outcome(await read(sam, id))).to.deep.equal([403, 'NOT_ENROLLED']);
  });

  it('takes a student once, added ten times at once', async () => {
    const id = await newClass(app.url, ann);
    await Promise.all(Array.from({ length: 10 }, () => enrol(app.url, ann, id, sam)));
    expect((await read(ann, id)).body.data.students).to.have.length(1);
  });

  it('takes only students onto its roster', async () => {
    const id = await newClass(app.url, ann);
    for (const studentId of [NOBODY, ben.id])
      expect(outcome(await as(ann, `POST /api/v1/classes/${id}/students`, { studentId }))).to.deep.equal([
        404,
        'STUDENT_NOT_FOUND',
      ]);
    expect(app.roster).to.deep.equal([]);
  });

  it('[CL1] has co-teachers, by id or address, whom its owner lets in and puts out', async () => {
    const id = await newClass(app.url, ann);
    const path = `/api/v1/classes/${id}/co-teachers`;
    const added = await as(ann, `POST ${path}`, { email: ben.email.toUpperCase() });
    expect(added.body.data.coTeacherIds).to.deep.equal([ben.id]);
    expect((await as(ann, `POST ${path}`, { userId: ben.id })).body.data.coTeacherIds).to.deep.equal([
      ben.id,
    ]);
    expect((await as(ann, `POST ${path}`, { userId: ann.id })).body.data.coTeacherIds).to.deep.equal([
      ben.id,
    ]);
    expect(app.told).to.deep.include(['joined', ben.id, id, 'staff']);
    for (const ref of [
      { userId: sam.id },
      { email: sam.email },
      { userId: NOBODY },
      { email: 'no@school.test' },
    ])
      expect(outcome(await as(ann, `POST ${path}`, ref))).to.deep.equal([404, 'TEACHER_NOT_FOUND']);

    await enrol(app.url, ben, id, sam); // a co-teacher is staff …
    for (const line of [`DELETE /api/v1/classes/${id}`, `DELETE ${path}/${ben.id}`]) // … and not the owner
      expect(outcome(await as(ben, line))).to.deep.equal([403, 'NOT_CLASS_OWNER']);
    expect(outcome(await as(ben, `POST ${path}`, { userId: ben.id }))).to.deep.equal([
      403,
      'NOT_CLASS_OWNER',
    ]);

    expect((await as(ann, `DELETE ${path}/${ben.id}`)).body.data.coTeacherIds).to.deep.equal([]);
    expect(app.told).to.deep.include(['left', ben.id, id]);
    expect(outcome(await read(ben, id))).to.deep.equal([403, 'NOT_CLASS_TEACHER']);
  });

  it('[CL1] keeps its owner, whatever is taken off', async () => {
    const id = await newClass(app.url, ann);
    await as(ann, `DELETE /api/v1/classes/${id}/co-teachers/${ann.id}`);
    await as(ann, `DELETE /api/v1/classes/${id}/students/${ann.id}`);
    expect(app.told.filter(([what]) => what === 'left')).to.deep.equal([]);
    expect((await read(ann, id)).body.data.teacherId).to.equal(ann.id);
  });

  it('[CL2] is deleted with everyone told, but not while a session runs', async () => {
    const id = await newClass(app.url, ann);
    await enrol(app.url, ann, id, sam);
    await as(ann, `POST /api/v1/classes/${id}/co-teachers`, { userId: ben.id });
    await as(ann, 'POST /attendance/start', { classId: id });
    expect(outcome(await as(ann, `DELETE /api/v1/classes/${id}`))).to.deep.equal([409, 'CLASS_IN_SESSION']);
    expect((await read(sam, id)).status).to.equal(200);

    app.live.delete(id as ClassId);
    expect((await as(ann, `DELETE /api/v1/classes/${id}`)).body.data).to.deep.equal({ id });
    for (const person of [ann, ben, sam]) expect(app.told).to.deep.include(['left', person.id, id]);
    expect(outcome(await read(ann, id))).to.deep.equal([404, 'CLASS_NOT_FOUND']);
    expect(outcome(await as(ann, `DELETE /api/v1/classes/${id}`))).to.deep.equal([404, 'CLASS_NOT_FOUND']);
  });
});
