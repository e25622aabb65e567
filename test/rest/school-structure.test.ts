import { expect } from 'chai';
import { call, startHub, type TestHub } from '../support/hub.ts';

const NOBODY = '0'.repeat(24);

describe('the school: departments, batches, sections', () => {
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
  const make = async (path: string, body: object) => {
    const answer = await as(admin, `POST /api/v1/${path}`, body);
    expect(answer.status, JSON.stringify(answer)).to.equal(201);
    return answer.data as { id: string };
  };
  const code = ({ status, code }: { status: number; code?: string }) => [status, code];

  it('[SC3] a batch is unique in its department, a section in its batch', async () => {
    const one = await make('dep-batch', { dep: ' Physics ', batch: '2026' });
    expect(one).to.deep.equal({ id: one.id, dep: 'Physics', batch: '2026' });
    const two = await make('dep-batch', { dep: 'Physics', batch: '2027' });
    const same = { dep: 'Physics', batch: '2026' };
    expect(code(await as(admin, 'POST /api/v1/dep-batch', same))).to.deep.equal([409, 'DEP_BATCH_EXISTS']);
    expect(code(await as(admin, `PATCH /api/v1/dep-batch/${two.id}`, { batch: '2026' }))).to.deep.equal([
      409,
      'DEP_BATCH_EXISTS',
    ]);

    const a = await make('sections', { name: 'A', depBatchId: one.id });
    expect(a).to.deep.equal({ id: a.id, name: 'A', depBatchId: one.id });
    const other = await make('sections', { name: 'A', depBatchId: two.id });
    for (const answer of [
      await as(admin, 'POST /api/v1/sections', { name: 'A', depBatchId: one.id }),
      await as(admin, `PATCH /api/v1/sections/${other.id}`, { depBatchId: one.id }),
    ])
      expect(code(answer)).to.deep.equal([409, 'SECTION_EXISTS']);
    const unknown = { name: 'B', depBatchId: NOBODY };
    expect(code(await as(admin, 'POST /api/v1/sections', unknown))).to.deep.equal([
      404,
      'DEP_BATCH_NOT_FOUND',
    ]);
    const renamed = await as(admin, `PATCH /api/v1/sections/${other.id}`, { name: 'Z' });
    expect(renamed.data).to.deep.equal({ id: other.id, name: 'Z', depBatchId: two.id });
  });

  it('[SC3] what is in use is not deleted, and the answer says what uses it', async () => {
    const { id: depBatchId } = await make('dep-batch', { dep: 'Chemistry', batch: '2026' });
    const { id: sectionId } = await make('sections', { name: 'A', depBatchId });
    const student = await make('students', { firstName: 'Ann', sectionId });
    const made = await as(teacher, 'POST /api/v1/classes', { className: 'Acids', sectionIds: [sectionId] });
    const refused = async (path: string, why: RegExp) => {
      const answer = await as(admin, `DELETE /api/v1/${path}`);
      expect(code(answer)).to.deep.equal([409, 'STILL_IN_USE']);
      expect(answer.error).to.match(why);
    };
    await refused(`dep-batch/${depBatchId}`, /has sections/);
    await refused(`sections/${sectionId}`, /has students/);
    await as(admin, `PATCH /api/v1/students/${student.id}`, { sectionId: null });
    await refused(`sections/${sectionId}`, /belongs to a class/);
    await as(teacher, `PATCH /api/v1/classes/${made.data?.id}`, { sectionIds: [] });
    for (const path of [`sections/${sectionId}`, `dep-batch/${depBatchId}`]) {
      expect((await as(admin, `DELETE /api/v1/${path}`)).status).to.equal(200);
      expect((await as(admin, `GET /api/v1/${path}`)).status).to.equal(404);
      expect((await as(admin, `DELETE /api/v1/${path}`)).status).to.equal(404);
    }
  });

  it('[SC3] teachers read, admins change, students do neither', async () => {
    const { id: depBatchId } = await make('dep-batch', { dep: 'Biology', batch: '2026' });
    const { id } = await make('sections', { name: 'A', depBatchId });
    const { token: pupil } = await hub.school.person('student');
    const list = (await as(teacher, `GET /api/v1/sections?depBatchId=${depBatchId}`)).data;
    expect(list).to.deep.equal({ items: [{ id, name: 'A', depBatchId }], nextCursor: null });
    expect((await as(teacher, `GET /api/v1/sections/${id}`)).status).to.equal(200);
    expect((await as(teacher, `GET /api/v1/dep-batch/${depBatchId}`)).status).to.equal(200);
    for (const [token, line, body] of [
      [teacher, 'POST /api/v1/sections', { name: 'B', depBatchId }],
      [teacher, `PATCH /api/v1/sections/${id}`, { name: 'B' }],
      [teacher, `DELETE /api/v1/sections/${id}`, undefined],
      [teacher, 'POST /api/v1/dep-batch', { dep: 'X', batch: 'Y' }],
      [teacher, `DELETE /api/v1/dep-batch/${depBatchId}`, undefined],
      [pupil, 'GET /api/v1/sections', undefined],
      [pupil, 'GET /api/v1/dep-batch', undefined],
    ] as const)
      expect((await as(token, line, body)).status, line).to.equal(403);
  });
});
