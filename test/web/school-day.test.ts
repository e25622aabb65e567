import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { oid } from '../../server/data/mongo.ts';
import { dayIn } from '../../server/kit/clock.ts';
import { call } from '../support/hub.ts';
import { startWeb, type Web } from '../support/web.ts';

const HOUR_MS = 3_600_000;

/** A time zone in which it is now this hour of the day, of 0 to 23. */
const zoneAt = (hour: number, now: number): string => {
  const ahead = ((hour - new Date(now).getUTCHours() + 35) % 24) - 11;
  // These names count the other way round.
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
};

describe('the web app: the day of the school', function () {
  this.timeout(60_000);
  const now = Date.now();
  const school = zoneAt(12, now);
  let web: Web;
  before(async () => {
    web = await startWeb('redis', { TIME_ZONE: school });
  });
  after(() => web?.stop());

  /** A class whose register was taken some hours ago. */
  const takenBefore = async (hours: number) => {
    const made = await web.hub.school.class(1, 'private');
    const { data } = await call(web.url, 'POST', '/api/v1/sessions', made.teacher.token, {
      classId: made.id,
    });
    const { id } = data as { id: string };
    await call(web.url, 'POST', `/api/v1/sessions/${id}/close`, made.teacher.token);
    const at = now - hours * HOUR_MS;
    await web.hub.connection
      .collection('sessions')
      .updateOne({ _id: oid(id) }, { $set: { openedAt: new Date(at), date: dayIn(school, at) } });
    return made;
  };
  const zoneOf = (page: Page) => page.evaluate('Intl.DateTimeFormat().resolvedOptions().timeZone');

  it('counts a register of this morning where it is past midnight at the browser', async () => {
    const { teacher } = await takenBefore(2);
    const timezoneId = zoneAt(0, now);
    const page = await web.signedIn(teacher, '/', { timezoneId });
    await page.getByText(/^\s*Taken today/).waitFor();
    expect(await zoneOf(page)).to.not.equal(school);
  });

  it('does not count one of last night that is of the browser’s own day; offline neither', async () => {
    const { teacher } = await takenBefore(13);
    const page = await web.signedIn(teacher, '/', { timezoneId: zoneAt(22, now) });
    await page.getByText('Not taken today').waitFor();
    expect(await page.getByText(/^\s*Taken today/).count()).to.equal(0);
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await page.context().setOffline(true);
    await page.reload();
    await page.getByText(/As of /).waitFor();
    await page.getByText('Not taken today').waitFor();
  });
});
