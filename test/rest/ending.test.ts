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
});
