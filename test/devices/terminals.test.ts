import { connect } from 'node:net';
import { expect } from 'chai';
import { localText, momentOf, offsetMinutes } from '../../server/domain/local-time.ts';
import { terminalSeconds } from '../../server/domain/punches.ts';
import { createGates, type Gates } from '../support/gate.ts';
import { ask } from '../support/http.ts';
import { startHub, type TestHub } from '../support/hub.ts';

type Said = { status: number; headers: Record<string, string>; text: string };

/** Sends bytes as they are and reads one answer to the end of the connection. */
const bytes = (url: string, request: string | Buffer): Promise<Said> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(request));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', ...rest] = Buffer.concat(chunks).toString('utf8').split('\r\n\r\n');
      const [line = '', ...lines] = head.split('\r\n');
      const headers = Object.fromEntries(
        lines.map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.slice(one.indexOf(':') + 2)]),
      );
      resolve({ status: Number(line.split(' ')[1]), headers, text: rest.join('\r\n\r\n') });
    });
  });

const TIME_ZONE = 'Asia/Kolkata';

describe('devices: terminals', () => {
  let hub: TestHub;
  let gates: Gates;
  let serials = 0;
  before(async () => {
    hub = await startHub({ mode: 'embedded', env: { TIME_ZONE } });
    gates = await createGates(hub);
  });
  after(() => hub.stop());

  const get = (path: string) =>
    bytes(
      hub.url,
      `GET ${path} HTTP/1.1\r\nHost: hub\r\nUser-Agent: iClock Proxy/1.09\r\nConnection: close\r\n\r\n`,
    );
  /** No Content-Type, as terminals send it. */
  const post = (path: string, body: string | Buffer, more = '') =>
    bytes(
      hub.url,
      Buffer.concat([
        Buffer.from(
          `POST ${path} HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`,
        ),
        Buffer.from(body),
      ]),
    );
  const local = (ms = Date.now()) => localText(TIME_ZONE, ms);
  const bind = async (id: string) => {
    const serial = `CKJF2018-${++serials}`;
    const bound = await gates.asAdmin(`PATCH /api/v1/devices/${id}`, { serial });
    expect(bound.body.data.serial).to.equal(serial);
    return serial;
  };
  const attlog = (serial: string, rows: string | Buffer, more?: string) =>
    post(`/iclock/cdata?SN=${serial}&table=ATTLOG&Stamp=9999`, rows, more);
  const entries = async (sessionId: string, teacher: { token: string }) => {
    await gates.close(teacher, sessionId);
    const rows = await hub.connection.collection('records').find().toArray();
    return rows
      .filter((row) => row.sessionId.toHexString() === sessionId)
      .map((row) => [row.studentId.toHexString(), row.status, row.source]);
  };

  it('[DV9] says what it wants in the terminal’s own words', async () => {
    const serial = await bind((await gates.device()).id);
    const said = await get(`/iclock/cdata?SN=${serial}&options=all&pushver=2.4.1&language=69`);
    expect(said.status).to.equal(200);
    expect(said.headers['content-type']).to.equal('text/plain');
    expect(Math.abs(Date.parse(said.headers.date ?? '') - Date.now())).to.be.lessThan(5000);
    expect(said.headers.date).to.match(/GMT$/);
    expect(said.text).to.equal(
      [
        `GET OPTION FROM: ${serial}`,
        'ATTLOGStamp=None',
        'OPERLOGStamp=9999',
        'ATTPHOTOStamp=None',
        'Stamp=None',
        'OpStamp=9999',
        'ErrorDelay=30',
        'Delay=10',
        'TransTimes=00:00;14:05',
        'TransInterval=1',
        'TransFlag=TransData AttLog\tOpLog',
        'TimeZone=330',
        'Realtime=1',
        'Encrypt=None',
        'ServerVer=2.4.1',
        'PushProtVer=2.4.1',
        '',
      ].join('\n'),
    );
    for (const path of [`/iclock/ping?SN=${serial}`, `/iclock/getrequest?SN=${serial}`]) {
      const { status, text } = await get(path);
      expect([status, text]).to.deep.equal([200, 'OK\n']);
    }
  });

  for (const [name, end] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])
    it(`[DV9] takes punches in, rows ended by ${name}, whole, short and broken`, async () => {
      const { device, codes, students, session, teacher } = await gates.boundClass(4);
      const serial = await bind(device.id);
      const at = local();
      const rows = [
        `${codes[0]}\t${at}\t0\t1\t0\t0\t0`,
        `${codes[1]}\t${at}`,
        `${codes[2]}\t${at}\t255\t15\t\t`,
        `${codes[0]}\t${at}\t0\t1\t0\t0\t0`,
        `${codes[3]}`,
        `\t${at}\t0\t1`,
        `${codes[3]}\t2026-13-45 99:00:00\t0`,
        '',
        `${codes[3]}\t${at.slice(0, 13)}`,
      ].join(end ?? '');
      const said = await attlog(serial, rows);
      expect([said.status, said.text]).to.deep.equal([200, 'OK: 8\n']);
      expect(said.headers['content-type']).to.equal('text/plain');
      expect((await attlog(serial, rows)).text).to.equal('OK: 8\n');
      const found = await entries(session.id, teacher);
      expect(found).to.have.deep.members(
        students.map(({ id }, i) => (i < 3 ? [id, 'present', 'device'] : [id, 'absent', 'system'])),
      );
      const { items } = (await gates.asAdmin('GET /api/v1/devices/quarantine?limit=200')).body.data;
      const kept = items.filter((one: { deviceId: string }) => one.deviceId === device.deviceId);
      expect(
        kept.map(({ reason, count }: { reason: string; count: number }) => [reason, count]),
      ).to.deep.equal(Array.from({ length: 4 }, () => ['MALFORMED', 2]));
    });

  it('[DV9] [DV5] a punch that no session stands for is kept for review before it is OK', async () => {
    const room = await hub.school.class(2, 'private');
    const device = await gates.device();
    const codes = await gates.giveCodes(room.students);
    const serial = await bind(device.id);
    const kept = async () =>
      (await gates.asAdmin('GET /api/v1/devices/quarantine?limit=200')).body.data.items.filter(
        (one: { deviceId: string }) => one.deviceId === device.deviceId,
      );
    const at = local();
    const row = (n: number) => `${codes[n]}\t${at}\t0\t1\n`;
    expect((await attlog(serial, row(0) + row(1))).text).to.equal('OK: 2\n');
    expect((await attlog(serial, row(0))).text).to.equal('OK: 1\n');
    const [date, time] = at.split(' ');
    const events: { id: string; reason: string; count: number; raw: string }[] = await kept();
    expect(events.map(({ reason, count, raw }) => [reason, count, JSON.parse(raw)])).to.have.deep.members([
      ['NO_SESSION', 2, { studentCode: codes[0], date, time }],
      ['NO_SESSION', 1, { studentCode: codes[1], date, time }],
    ]);

    // Its session begins a moment later: taken in, it counts there. Until then it stays as it is.
    const idOf = (n: number) => events.find(({ raw }) => raw.includes(codes[n] ?? ''))?.id;
    const resolve = (n: number, body: object = { action: 'apply' }) =>
      gates.asAdmin(`POST /api/v1/devices/quarantine/${idOf(n)}/resolve`, body);
    for (const body of [{ action: 'apply' }, { action: 'apply', at: '2026-01-01T00:00:00Z' }]) {
      const early = await resolve(0, body);
      expect([early.status, early.body.details?.[0]?.path]).to.deep.equal([400, 'NO_SESSION']);
    }
    expect(await kept()).to.deep.equal(events);
    const session = await ask(hub.url, 'POST /api/v1/sessions', {
      token: room.teacher.token,
      body: { classId: room.id, deviceId: device.deviceId, lateRule: { graceMinutes: 5 } },
    });
    expect((await resolve(0)).body.data).to.include({ resolution: 'applied' });
    const { id } = session.body.data;
    const begun = Date.parse(await gates.startedAgo(id, 30));
    const late = { action: 'apply', at: new Date(begun + 10 * 60_000).toISOString() };
    expect((await resolve(1, late)).status).to.equal(200);
    expect(await kept()).to.deep.equal([]);
    expect(await entries(id, room.teacher)).to.have.deep.members([
      [room.students[0]?.id, 'present', 'device'],
      [room.students[1]?.id, 'late', 'device'],
    ]);
  });

  it('[DV9] takes any Content-Type, chunks, bytes that are no text, and an empty list', async () => {
    const { device, codes, session, teacher } = await gates.boundClass(2);
    const serial = await bind(device.id);
    const row = `${codes[0]}\t${local()}\t0\t1\n`;
    const form = 'Content-Type: application/x-www-form-urlencoded\r\n';
    expect((await attlog(serial, row, form)).text).to.equal('OK: 1\n');
    expect((await attlog(serial, row, 'Content-Type: application/push;charset=UTF-8\r\n')).text).to.equal(
      'OK: 1\n',
    );
    expect((await attlog(serial, '')).text).to.equal('OK: 0\n');
    expect((await attlog(serial, Buffer.from([0xff, 0xfe, 0x00, 0x09, 0x0a]))).text).to.equal('OK: 1\n');
    // Some firmware writes its tables in small letters.
    expect((await post(`/iclock/cdata?SN=${serial}&table=attlog`, row)).text).to.equal('OK: 1\n');
    const half = `${codes[1]}\t${local()}`;
    const chunked = await bytes(
      hub.url,
      `POST /iclock/cdata?SN=${serial}&table=ATTLOG&Stamp=1 HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n5\r\n${half.slice(0, 5)}\r\n` +
        `${(half.length - 5).toString(16)}\r\n${half.slice(5)}\r\n0\r\n\r\n`,
    );
    expect(chunked.text).to.equal('OK: 1\n');
    expect((await entries(session.id, teacher)).filter(([, status]) => status === 'present')).to.have.length(
      2,
    );
  });

  it('[DV9] discards templates, photos and other tables unread', async () => {
    const serial = await bind((await gates.device()).id);
    const secret = 'TMP=AAAAtemplateAAAA';
    const photo = Buffer.concat([
      Buffer.from(`PIN=1.jpg\nSN=${serial}\nCMD=uploadphoto\0`),
      Buffer.alloc(600_000, 7),
    ]);
    for (const [table, body] of [
      ['OPERLOG', `FP PIN=1\tFID=0\tSize=20\tValid=1\t${secret}\n`],
      ['options', 'DeviceName=X,MAC=00:17'],
      ['ATTPHOTO', photo],
      ['BIODATA', `BIODATA Pin=1\t${secret}`],
    ] as const) {
      const { status, text } = await post(`/iclock/cdata?SN=${serial}&table=${table}&Stamp=9999`, body);
      expect([table, status, text]).to.deep.equal([table, 200, 'OK\n']);
    }
    const collections = await hub.connection.listCollections();
    for (const { name } of collections)
      expect(JSON.stringify(await hub.connection.collection(name).find().toArray())).not.to.include(
        'AAAAtemplate',
      );
    expect(hub.lines.join('')).not.to.include('AAAAtemplate');
  });

  it('[DV8] an unknown serial never reads OK, is seen by admins, and delivers once it is bound', async () => {
    const { device, codes, session, teacher, students } = await gates.boundClass(1);
    const serial = 'NEW-0001';
    const row = `${codes[0]}\t${local()}\t0\t15\n`;
    const said = [
      await get(`/iclock/cdata?SN=${serial}&options=all`),
      await get(`/iclock/getrequest?SN=${serial}`),
      await attlog(serial, row),
      await post(`/iclock/devicecmd?SN=${serial}`, 'ID=1&Return=0&CMD=INFO'),
    ];
    for (const { status, text, headers } of said) {
      expect(status).to.equal(403);
      expect(text).not.to.match(/OK/);
      expect(headers['content-type']).to.equal('text/plain');
    }
    const strangers = async () => (await gates.asAdmin('GET /api/v1/devices/terminals')).body.data;
    expect((await strangers()).map((one: { serial: string }) => one.serial)).to.deep.equal([serial]);
    await gates.asAdmin(`PATCH /api/v1/devices/${device.id}`, { serial });
    expect(await strangers()).to.deep.equal([]);
    expect((await attlog(serial, row)).text).to.equal('OK: 1\n');

    const other = await gates.device();
    const taken = await gates.asAdmin(`PATCH /api/v1/devices/${other.id}`, { serial });
    expect([taken.status, taken.body.code]).to.deep.equal([409, 'SERIAL_TAKEN']);
    await gates.asAdmin(`POST /api/v1/devices/${device.id}/revoke`);
    expect((await attlog(serial, row)).status).to.equal(403);
    expect(await entries(session.id, teacher)).to.deep.equal([[students[0]?.id, 'present', 'device']]);
    for (const wrong of ['', '?SN=', '?SN=a%20b', `?SN=${'x'.repeat(65)}`, '?SN[$ne]=1', '?SN=a&SN=b'])
      expect((await get(`/iclock/cdata${wrong}`)).status, wrong).to.equal(400);
  });

  it('[DV8] is called from the configured addresses only', async () => {
    const fenced = await startHub({ mode: 'embedded', env: { DEVICE_IPS: '10.0.5.0/24, ::1' } });
    const opened = await startHub({ mode: 'embedded', env: { DEVICE_IPS: '127.0.0.0/8' } });
    const ping = async ({ url }: TestHub) =>
      (await bytes(url, 'GET /iclock/ping?SN=X HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n')).text;
    expect(await ping(fenced)).to.equal('FORBIDDEN\n');
    expect(await ping(opened)).to.equal('UNKNOWN DEVICE\n');
    await fenced.stop();
    await opened.stop();
  });

  it('[DV9] is asked for a gap and to set its clock, one command at a time, until it has answered', async () => {
    const { id } = await gates.device();
    const ask = (body: object) => gates.asAdmin(`POST /api/v1/devices/${id}/commands`, body);
    expect((await ask({ kind: 'clock' })).status, 'no serial yet').to.equal(400);
    const serial = await bind(id);
    const from = '2026-03-02T02:30:00Z';
    const query = await ask({ kind: 'query', from, to: '2026-03-02T11:00:00+05:30' });
    expect(query.body.data).to.include({ id: 1, kind: 'query' });
    expect((await ask({ kind: 'clock' })).body.data.id).to.equal(2);
    for (const wrong of [{ kind: 'SHELL' }, { kind: 'clock', text: 'CLEAR DATA' }, { kind: 'query', from }])
      expect((await ask(wrong)).status).to.equal(400);

    const next = async () => (await get(`/iclock/getrequest?SN=${serial}`)).text;
    expect(await next()).to.equal(
      'C:1:DATA QUERY ATTLOG StartTime=2026-03-02 08:00:00\tEndTime=2026-03-02 11:00:00\n',
    );
    const before = terminalSeconds(TIME_ZONE, Date.now());
    const [, seconds] = /^C:2:SET OPTION DateTime=(\d+)\n$/.exec(await next()) ?? [];
    expect(Number(seconds)).to.be.within(before, terminalSeconds(TIME_ZONE, Date.now()));
    expect(await next()).to.equal('OK\n');

    const sent = { $set: { sentAt: new Date(Date.now() - 61_000) } };
    await hub.connection.collection('terminal-commands').updateMany({ n: { $in: [1, 2] } }, sent);
    expect((await post(`/iclock/devicecmd?SN=${serial}`, 'ID=1&Return=0&CMD=DATA QUERY\n')).text).to.equal(
      'OK\n',
    );
    expect(await next(), 'the unanswered one comes again').to.match(/^C:2:/);
    expect(
      (await post(`/iclock/devicecmd?SN=${serial}`, 'ID=2&Return=-1002&CMD=SET\r\nrubbish\r\n')).text,
    ).to.equal('OK\n');
    await hub.connection.collection('terminal-commands').updateMany({}, sent);
    expect(await next()).to.equal('OK\n');
  });

  it('[DV6] local times are those of the zone, also where its clocks change', () => {
    expect(momentOf('Europe/Berlin', '2026-03-29 01:59:59')).to.equal(Date.parse('2026-03-29T00:59:59Z'));
    expect(momentOf('Europe/Berlin', '2026-03-29 03:00:00')).to.equal(Date.parse('2026-03-29T01:00:00Z'));
    expect(momentOf('Europe/Berlin', '2026-10-25 02:30:00')).to.equal(Date.parse('2026-10-25T00:30:00Z'));
    expect(momentOf('Europe/Berlin', '2026-10-25 03:30:00')).to.equal(Date.parse('2026-10-25T02:30:00Z'));
    expect(momentOf('America/St_Johns', '2026-01-05 00:00:00')).to.equal(Date.parse('2026-01-05T03:30:00Z'));
    expect(offsetMinutes('America/St_Johns', Date.parse('2026-01-05T03:30:00Z'))).to.equal(-210);
    expect(localText('UTC', 0)).to.equal('1970-01-01 00:00:00');
    for (const wrong of ['2026-02-29 08:00:00', '2026-01-01 24:00:00', '2026-1-1 08:00:00', ''])
      expect(momentOf('UTC', wrong), wrong).to.equal(null);
    expect(terminalSeconds('UTC', Date.parse('2000-02-02T00:00:01Z'))).to.equal((31 + 1) * 86_400 + 1);
  });
});
