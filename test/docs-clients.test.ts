import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { contentOf } from '../scripts/documents.ts';
import { withCheckIns } from './support/check-in.ts';
import { openBrowser } from './support/chromium.ts';
import { createGates } from './support/gate.ts';
import { call, startHub, type TestHub } from './support/hub.ts';
import { freePort } from './support/redis.ts';

type Values = Record<string, unknown>;

/** The clients of the section by their headings. */
const clients = (): Map<string, string> => {
  const [, section = ''] = contentOf('README.md').split('\n### Ways to check in\n');
  const [ways = ''] = section.split('\n## ');
  const found = ways.matchAll(/^#### (.*?)\n(?:(?!^####).)*?^```js\n(.*?)^```$/gms);
  return new Map([...found].map(([, heading = '', code = '']) => [heading, code]));
};
/** A client as it stands there, after the values that the README says it has. */
const withValues = (code: string, values: Values) =>
  `const { ${Object.keys(values).join(', ')} } = ${JSON.stringify(values)};\n${code}`;

describe('the clients of the README, way by way', function () {
  this.timeout(60_000);
  let hub: TestHub;
  let site: string;
  /** What the README calls them; a token that turns is fetched when it is its turn. */
  let shared: Values;
  let own: Map<string, () => Promise<Values>>;
  let group: Awaited<ReturnType<Awaited<ReturnType<typeof createGates>>['boundClass']>>;

  const programOf = async (heading: string) =>
    withValues(clients().get(heading) ?? '', { ...shared, ...(await own.get(heading)?.()) });
  const said = async (heading: string): Promise<string> => {
    const program = await programOf(heading);
    const args = ['--input-type=module', '--eval', program];
    const options = { cwd: new URL('..', import.meta.url), timeout: 45_000 };
    return (await promisify(execFile)(process.execPath, args, options)).stdout.trim();
  };
  /** The student of a way, one for each. */
  const student = (heading: string) =>
    group.students[[...clients().keys()].indexOf(heading)] ?? expect.fail();
  const statusOf = async (heading: string) => {
    const path = `/class/${group.id}/my-attendance`;
    return (await call(hub.url, 'GET', path, student(heading).token)).data?.status;
  };

  before(async () => {
    const port = await freePort();
    // What the configuration says of the port is what passkeys are bound to.
    hub = await startHub({ mode: 'embedded', port, env: { PORT: String(port) } });
    site = `http://localhost:${port}`;
    const methods = ['code', 'qr', 'ble', 'passkey', 'device'];
    group = await (await createGates(hub)).boundClass(clients().size, { methods });
    const { teacher, device, codes, session, id: classId } = group;
    shared = { url: site, teacherToken: teacher.token, classId, sessionId: session.id };
    const { fetch } = withCheckIns(hub, () => {});
    const shown = async (what: string) => await fetch(group, session, what);
    const studentToken = (heading: string) => ({ studentToken: student(heading).token });
    const last = codes.length - 1;
    own = new Map<string, () => Promise<Values>>([
      ["Teacher's mark", async () => ({ studentId: student("Teacher's mark").id })],
      ['Numeric code', async () => ({ ...studentToken('Numeric code'), code: (await shown('code')).code })],
      ['Rotating QR', async () => ({ ...studentToken('Rotating QR'), scanned: (await shown('qr')).url })],
      [
        'BLE token',
        async () => ({ ...studentToken('BLE token'), heard: (await shown('ble-token')).tokenValue }),
      ],
      ['Passkey', async () => studentToken('Passkey')],
      ['Device scan', async () => ({ deviceKey: device.key, studentCode: codes[last] })],
    ]);
  });
  after(() => hub?.stop());

  it('there is one for each way, of five lines at most', () => {
    expect([...clients().keys()]).to.deep.equal([...own.keys()]);
    for (const [heading, code] of clients()) expect(code.trim().split('\n').length, heading).to.be.at.most(5);
  });

  for (const [heading, output, status] of [
    ["Teacher's mark", 'late', 'late'],
    ['Numeric code', 'present', 'present'],
    ['Rotating QR', 'present', 'present'],
    ['BLE token', '1 of 1', 'present'],
    ['Device scan', 'accepted', 'present'],
  ] as const)
    it(`${heading}: runs as it stands there, and its student is ${status}`, async () => {
      expect(await statusOf(heading)).to.equal(null);
      expect(await said(heading)).to.equal(output);
      expect(await statusOf(heading)).to.equal(status);
    });

  it('Passkey: runs as it stands there in a browser, and its student is present', async () => {
    const { token } = student('Passkey');
    const browser = await openBrowser();
    try {
      await browser.goto(site);
      const options = await call(hub.url, 'POST', '/api/v1/passkeys/options', token);
      const response = await browser.create(options.data ?? {});
      const made = await call(hub.url, 'POST', '/api/v1/passkeys/verify', token, { response });
      expect(made.status).to.equal(201);
      const program = await programOf('Passkey');
      const heard = 'const heard = []; const console = { log: (line) => heard.push(line) };';
      expect(await browser.run(`(async () => { ${heard} ${program}; return heard; })()`)).to.deep.equal([
        'present',
      ]);
      expect(await statusOf('Passkey')).to.equal('present');
    } finally {
      await browser.close();
    }
  });

  it('says what is wrong in the server’s words', async () => {
    const known = await own.get('Numeric code')?.();
    own.set('Numeric code', async () => ({ ...known, code: 'no code' }));
    expect(await said('Numeric code')).to.equal('Invalid or inactive attendance code');
  });
});
