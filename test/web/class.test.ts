import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createClasses } from '../../server/data/classes.ts';
import { oid } from '../../server/data/mongo.ts';
import type { UserId } from '../../shared/ids.ts';
import { nth } from '../support/check-in.ts';
import { call } from '../support/hub.ts';
import { SIZES, startWeb, type Web } from '../support/web.ts';

const NAMES = ['Ada Byron', 'Ben Ali', 'Cleo Díaz', 'Dan Eriksen', 'Eva Fuchs', 'Finn Gold'];

describe('the web app: a whole class', function () {
  this.timeout(90_000);
  let web: Web;
  before(async () => {
    web = await startWeb();
  });
  after(() => web?.stop());

  const card = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });
  const tap = (page: Page, name: string) => card(page, name).locator('[data-card]').click();
  const says = (page: Page, name: string, what: string | RegExp) =>
    card(page, name).filter({ hasText: what }).waitFor();

  it('[WA3] [WA4] two teachers, students and the projector, with a tablet offline and a hub that restarts in the middle', async () => {
    const made = await web.hub.school.class(NAMES.length, 'private');
    for (const [i, { id }] of made.students.entries())
      await web.hub.connection
        .collection('users')
        .updateOne({ _id: oid(id) }, { $set: { name: nth(NAMES, i) } });
    const other = await web.hub.school.person('teacher');
    await createClasses(web.hub.connection).addCoTeacher(made.id, other.id as UserId);
    const begun = await call(web.url, 'POST', '/api/v1/sessions', made.teacher.token, {
      classId: made.id,
      methods: ['teacher', 'code', 'qr'],
    });
    const { id, code } = begun.data as { id: string; code: string };
    const ann = await web.signedIn(made.teacher, `/teach/${made.id}`, { viewport: SIZES.tablet });
    const bob = await web.signedIn(other, `/teach/${made.id}`);
    const board = await web.signedIn(made.teacher, `/board/${id}`, { viewport: SIZES.projector });
    const [cleo, dan] = [
      await web.signedIn(nth(made.students, 2), '/check-in', { viewport: SIZES.phone }),
      await web.signedIn(nth(made.students, 3), '/', { viewport: SIZES.phone }),
    ];
    await board.getByText([...code].join(' ')).waitFor();
    await says(bob, 'Finn Gold', 'Unmarked');

    await tap(ann, 'Ada Byron');
    await says(bob, 'Ada Byron', 'Present');
    await cleo.getByLabel('The six digits on the board').fill(code);
    await cleo.getByRole('heading', { name: 'You are checked in' }).waitFor();
    for (const page of [ann, bob]) await says(page, 'Cleo Díaz', /Present.*Code/);
    await board.getByText('2 of 6').waitFor();

    // Ann's tablet loses the Wi-Fi and marks on; Bob and Dan do not hear of it yet.
    await ann.context().setOffline(true);
    await tap(ann, 'Dan Eriksen');
    await says(ann, 'Dan Eriksen', /Present.*Waiting/);
    await tap(bob, 'Ben Ali');
    await tap(bob, 'Ben Ali');
    await says(bob, 'Ben Ali', 'Late');
    await dan.getByText('Not marked yet').waitFor();

    // The hub is started anew under all of them, and Ann is back.
    await web.restart();
    await ann.context().setOffline(false);
    await says(bob, 'Dan Eriksen', 'Present');
    await says(ann, 'Ben Ali', 'Late');
    await dan.getByText('Present').waitFor();
    await board.getByText('4 of 6').waitFor();
    await ann.getByText('Waiting').first().waitFor({ state: 'detached' });

    await tap(bob, 'Eva Fuchs');
    await says(ann, 'Eva Fuchs', 'Present');
    await ann.getByRole('button', { name: 'Done' }).click();
    await ann.getByText('1 student is unmarked and will be absent:').waitFor();
    await ann.getByRole('button', { name: 'Finish' }).click();
    await ann.getByRole('row', { name: /Finn Gold.*Absent/ }).waitFor();
    await board.getByRole('heading', { name: 'Check-in is over' }).waitFor();
    await dan.getByText('No class is running just now').waitFor();
    for (const page of [cleo, dan, board])
      expect(await page.textContent('body')).to.not.match(/Ada Byron|Ben Ali|Eva Fuchs|Finn Gold/);

    const rows = await web.hub.connection
      .collection('records')
      .find({ sessionId: oid(id) })
      .toArray();
    const kept = new Map(rows.map((row) => [String(row.studentId), [row.status, row.source]]));
    expect(made.students.map((student) => kept.get(student.id))).to.deep.equal([
      ['present', 'teacher'],
      ['late', 'teacher'],
      ['present', 'code'],
      ['present', 'teacher'],
      ['present', 'teacher'],
      ['absent', 'system'],
    ]);
    expect(rows).to.have.length(6);
  });
});
