import { expect } from 'chai';
import { downloadReply } from '../../server/rest/download.ts';
import { route } from '../../server/rest/route.ts';
import { Fault } from '../../shared/faults.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { ask } from '../support/http.ts';

describe('REST: files that are sent while they are made', () => {
  let app: TestApp;
  const file = (path: string, pieces: () => AsyncIterable<string>) =>
    route(
      { method: 'get', path, roles: 'public', summary: 'A file.', tags: ['test'], reply: downloadReply() },
      async () => ({ filename: 'a.csv', type: 'text/csv; charset=utf-8', pieces: pieces() }),
    );

  before(async () => {
    app = await startApp({
      routes: [
        file('/whole', async function* () {
          for (let i = 0; i < 3; i++) yield `${i}\r\n`;
        }),
        file('/late', async function* () {
          yield 'the first half';
          throw new Fault('STORE_UNAVAILABLE');
        }),
        // biome-ignore lint/correctness/useYield: it fails before there is anything
        file('/early', async function* () {
          throw new Fault('STORE_UNAVAILABLE');
        }),
        file('/empty', async function* () {}),
      ],
    });
  });
  after(() => app?.close());

  it('arrive whole', async () => {
    const { status, headers, body } = await ask(app.url, 'GET /whole');
    expect([status, body.data]).to.deep.equal([200, '0\r\n1\r\n2\r\n']);
    expect(headers.get('cache-control')).to.equal('no-store');
    expect((await ask(app.url, 'GET /empty')).status).to.equal(200);
  });

  it('a failure before the first piece is answered as any other', async () => {
    const { status, headers, body } = await ask(app.url, 'GET /early');
    expect([status, body.code]).to.deep.equal([503, 'STORE_UNAVAILABLE']);
    expect(headers.get('content-disposition')).to.equal(null);
  });

  it('[CR6] a failure half-way breaks the connection off', async () => {
    const outcome = await ask(app.url, 'GET /late').then(
      () => 'whole',
      () => 'broken off',
    );
    expect(outcome).to.equal('broken off');
    expect(app.logged()).to.include('answer broken off');
  });

  it('are described as files', async () => {
    const { body } = await ask(app.url, 'GET /openapi.json');
    const { paths } = body as { paths?: Record<string, { get: { responses: Record<string, unknown> } }> };
    expect(paths?.['/whole']?.get.responses['200']).to.deep.equal({
      description: 'A file.',
      content: { 'text/csv': { schema: { type: 'string' } } },
    });
  });
});
