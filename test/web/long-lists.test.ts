import { expect } from 'chai';
import { createClasses } from '../../server/data/classes.ts';
import { oid } from '../../server/data/mongo.ts';
import { studentIdOf } from '../../shared/ids.ts';
import { call } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';
import { startWeb, type Web } from '../support/web.ts';

/** More than a page of the API holds. */
const MANY = 205;

describe('the web app: long lists', function () {
  this.timeout(90_000);
  let web: Web;
  let made: SchoolClass;
  /** The class whose register was taken before all others. */
  let early: SchoolClass;

  const take = async ({ id, teacher }: SchoolClass) => {
    const { data } = await call(web.url, 'POST', '/api/v1/sessions', teacher.token, { classId: id });
    const session = data as { id: string };
    const closed = await call(web.url, 'POST', `/api/v1/sessions/${session.id}/close`, teacher.token);
    expect(closed.status).to.equal(200);
    return oid(session.id);
  };
  /** The same document again and again under ids of its own. */
  const copies = async (collection: string, filter: object, change: (i: number) => object = () => ({})) => {
    const { connection } = web.hub;
    const [first] = await connection.collection(collection).find(filter).toArray();
    if (!first) throw new Error(`nothing to copy in ${collection}`);
    await connection.collection(collection).insertMany(
      Array.from({ length: MANY }, (_, i) => {
        const { _id, ...rest } = { ...first, ...change(i) } as Record<string, unknown>;
        return rest;
      }),
    );
  };

  before(async () => {
    web = await startWeb();
    made = await web.hub.school.class(1, 'private');
    early = await web.hub.school.class(1, 'private');
    const { connection } = web.hub;
    const rename = (id: string, className: string) =>
      connection.collection('classes').updateOne({ _id: oid(id) }, { $set: { className } });
    await connection
      .collection('classes')
      .updateOne({ _id: oid(early.id) }, { $set: { teacherId: oid(made.teacher.id) } });
    await rename(made.id, 'Taken often');
    await rename(early.id, 'Taken early');
    const classes = createClasses(connection);
    for (let i = 1; i <= MANY; i += 1)
      await classes.create({
        className: `Course ${String(i).padStart(3, '0')}`,
        visibility: 'private',
        teacherId: made.teacher.id,
        createdAt: new Date(),
      });
    await take({ ...early, teacher: made.teacher });
    const sessionId = await take(made);
    await copies('sessions', { _id: sessionId });
    await copies('records', { sessionId }, (i) => ({
      sessionId: oid((i + 1).toString(16).padStart(24, '0')),
    }));
  });
  after(() => web?.stop());

  it('a teacher sees every class, how each stands today, and finds each in the analytics', async () => {
    const page = await web.signedIn(made.teacher);
    const card = (name: string) =>
      page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) });
    await card('Taken early')
      .getByText(/^\s*Taken today/)
      .waitFor();
    await card('Taken often')
      .getByText(/^\s*Taken today/)
      .waitFor();
    await card('Course 205').getByText('Not taken today').waitFor();
    expect(await page.getByRole('main').getByRole('listitem').count()).to.equal(MANY + 2);
    await page.goto('/analytics');
    await page.getByLabel('Class', { exact: true }).selectOption({ label: 'Course 205' });
    await page.goto(`/teach/${made.id}/sessions`);
    await page.getByRole('row').nth(50).waitFor();
    for (let seen = 50; seen < MANY + 1; seen += 50)
      await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('button', { name: 'Show more' }).waitFor({ state: 'detached' });
    await page
      .getByRole('row', { name: /Finished/ })
      .nth(MANY)
      .waitFor();
  });

  it('an administrator sees every class, and can choose each', async () => {
    const page = await web.signedIn(await web.hub.school.person('admin'));
    await page.getByRole('row', { name: /Course 205/ }).waitFor();
    expect(await page.getByRole('row', { name: /Course/ }).count()).to.equal(MANY);
    await page.goto('/admin/sessions');
    await page.getByLabel('Class', { exact: true }).selectOption({ label: 'Course 205' });
    await page.getByLabel('Class', { exact: true }).selectOption({ label: 'Taken often' });
    await page
      .getByRole('row', { name: /Taken often/ })
      .nth(49)
      .waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page
      .getByRole('row', { name: /Taken often/ })
      .nth(50)
      .waitFor();
  });

  it('a student sees every record', async () => {
    const [student] = made.students;
    if (!student) throw new Error('the class is empty');
    await createClasses(web.hub.connection).addStudent(made.id, studentIdOf(student.id));
    const page = await web.signedIn(student, `/my/${made.id}`);
    const more = page.getByRole('button', { name: 'Show more' });
    await more.click();
    while (await more.isVisible()) await more.click();
    const list = page.getByRole('region', { name: 'Records' }).getByRole('listitem');
    await list.nth(MANY).waitFor();
  });
});
