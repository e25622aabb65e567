import { expect } from 'chai';
import type { Status } from '../../shared/status.ts';
import { finishSession, rest, type Shown } from '../support/finished.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';

const NOBODY = '0'.repeat(24);
const SEEN: Status[] = ['present', 'late', 'excused'];

describe('REST: records', () => {
  let hub: TestHub;
  let taught: SchoolClass;
  let other: SchoolClass;
  let admin: { id: string; token: string };
  let mine: Shown[];
  let next: Shown[];

  before(async () => {
    hub = await startHub({ mode: 'embedded' });
    taught = await hub.school.class(4, 'private');
    other = await hub.school.class(1, 'private');
    admin = await hub.school.person('admin');
    ({ records: mine } = await finishSession(hub, taught, SEEN));
    ({ records: next } = await finishSession(hub, taught, ['absent']));
    await finishSession(hub, other, ['present']);
  });
  after(() => hub?.stop());

  const list = async (person: { token: string }, query: string) => {
    const { status, code, data } = await rest(hub, person, `GET /api/v1/attendance/records?${query}`);
    return { status, code, items: (data.items ?? []) as Shown[], nextCursor: data.nextCursor };
  };
  const ids = (items: readonly Shown[]) => items.map(({ id }) => id).sort();
  const student = (i: number) => taught.students[i] ?? expect.fail();

  it('[CR4] lists to a teacher the records of their classes, with who marked and why', async () => {
    const all = await list(taught.teacher, '');
    expect(ids(all.items)).to.deep.equal(ids([...mine, ...next]));
    const [late] = all.items.filter(({ status }) => status === 'late');
    expect(late).to.deep.include({
      classId: taught.id,
      studentId: student(1).id,
      source: 'teacher',
      by: taught.teacher.id,
      reason: 'seen as late',
      corrected: false,
      withdrawn: false,
      revision: 0,
    });
  });

  it('[CR4] lists to an admin everything, and to a student their own without who marked and why', async () => {
    expect((await list(admin, '')).items).to.have.length(9);
    const { items } = await list(student(0), '');
    expect(items.map(({ studentId }) => studentId)).to.deep.equal([student(0).id, student(0).id]);
    expect(items.map(({ status }) => status)).to.deep.equal(['absent', 'present']);
    for (const item of items) expect(item).not.to.have.any.keys('by', 'reason', 'skewed');
    expect((await list(student(0), `classId=${other.id}`)).items).to.deep.equal([]);
  });

  it('filters by class, session, student, status and days', async () => {
    const [record] = mine;
    const day = record?.date ?? '';
    const count = async (query: string) => (await list(admin, query)).items.length;
    expect(await count(`classId=${taught.id}`)).to.equal(8);
    expect(await count(`sessionId=${record?.sessionId}`)).to.equal(4);
    expect(await count(`studentId=${student(0).id}`)).to.equal(2);
    expect(await count(`classId=${taught.id}&status=excused`)).to.equal(1);
    expect(await count(`classId=${taught.id}&from=${day}&to=${day}`)).to.equal(8);
    expect(await count(`classId=${taught.id}&to=2001-01-01`)).to.equal(0);
    expect(await count('from=2999-01-01')).to.equal(0);
  });

  it('pages through them once each', async () => {
    const found: Shown[] = [];
    for (let cursor = ''; ; ) {
      const page = await list(taught.teacher, `limit=3${cursor}`);
      found.push(...page.items);
      if (page.nextCursor === null) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(found.map(({ id }) => id)).to.deep.equal(ids([...mine, ...next]).reverse());
  });

  it('[CR4] refuses what is not theirs', async () => {
    const outcome = async (person: { token: string }, query: string) => {
      const { status, code } = await list(person, query);
      return [status, code];
    };
    expect(await outcome(other.teacher, `classId=${taught.id}`)).to.deep.equal([403, 'NOT_CLASS_TEACHER']);
    expect(await outcome(other.teacher, `classId=${NOBODY}`)).to.deep.equal([404, 'CLASS_NOT_FOUND']);
    const session = `sessionId=${mine[0]?.sessionId}`;
    expect(await outcome(other.teacher, session)).to.deep.equal([404, 'SESSION_NOT_FOUND']);
    expect(await outcome(student(0), `studentId=${student(1).id}`)).to.deep.equal([403, 'FORBIDDEN']);
    expect((await list(other.teacher, `studentId=${student(0).id}`)).items).to.deep.equal([]);
    expect(await outcome(admin, 'from=yesterday')).to.deep.equal([400, 'INVALID_REQUEST']);
  });

  it('[CR4] shows one to its staff, its student and admins, and to nobody else', async () => {
    const path = `/api/v1/attendance/records/${mine[1]?.id}`;
    for (const tail of ['', '/history']) {
      for (const person of [taught.teacher, student(1), admin])
        expect((await rest(hub, person, `GET ${path}${tail}`)).status).to.equal(200);
      for (const person of [other.teacher, student(0)])
        expect((await rest(hub, person, `GET ${path}${tail}`)).code).to.equal('RECORD_NOT_FOUND');
      const missing = await rest(hub, admin, `GET /api/v1/attendance/records/${NOBODY}${tail}`);
      expect(missing.status).to.equal(404);
    }
    const own = (await rest(hub, student(1), `GET ${path}`)).data;
    expect(own).to.include({ status: 'late' }).and.not.to.have.any.keys('by', 'reason', 'skewed');
  });
});
