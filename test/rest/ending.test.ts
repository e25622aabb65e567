import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { startHub } from '../support/hub.ts';

describe('the end of a hub', function () {
  this.timeout(20_000);

  it('waits for no connection over which nothing was ever asked, as browsers open them ahead of need', async () => {
    const hub = await startHub({ mode: 'embedded' });
    const spare = connect(Number(new URL(hub.url).port), new URL(hub.url).hostname);
    const closed = once(spare.resume(), 'close');
    await once(spare, 'connect');
    // It has been let in by the time that another, which came later, is answered.
    expect((await fetch(`${hub.url}/health`)).status).to.equal(200);
    await hub.stop();
    await closed;
  });

  for (const [what, text] of [
    ['head', 'POST /api/v1/auth/login HTTP/1.1\r\nHost: school.test\r\n'],
    [
      'body',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: school.test\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    ],
  ] as const)
    it(`waits for a while, and no longer, for the rest of a request of which a part of the ${what} came`, async () => {
      const hub = await startHub({ mode: 'embedded' });
      const half = connect(Number(new URL(hub.url).port), new URL(hub.url).hostname);
      const closed = once(half.resume(), 'close');
      await new Promise((resolve) => half.write(text, resolve));
      expect((await fetch(`${hub.url}/health`)).status).to.equal(200);
      await hub.stop({ requestsMs: 50 });
      await closed;
    });
});
