import { expect } from 'chai';
import { type CheckInHub, nth, startCheckInHub } from '../support/check-in.ts';
import { call, connectRaw, MODES } from '../support/hub.ts';

type Who = () => { token: string };

for (const mode of MODES)
  describe(`check-in by QR (${mode})`, () => {
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode, { PUBLIC_URL: 'https://rollcall.example/' });
    });
    after(() => hub?.stop());
    const scan = (token: string | undefined) =>
      call(hub.url, 'POST', '/api/v1/attendance/scan-ticket', undefined, { token });
    const send = (student: { token: string }, proof: unknown) =>
      hub.checkIn(student.token, { method: 'qr', proof });

    it('[CI3] shows a token, a text, an address and their end; another one in each step', async () => {
      const { group, session } = await hub.running(1, { methods: ['qr'] });
      const first = await hub.fetch(group, session, 'qr');
      expect(first).to.include({ stepSeconds: 15, url: `https://rollcall.example/check-in#${first.token}` });
      expect(first.text).to.match(/^[2-9A-HJKMNP-TV-Z]{8}$/);
      hub.pass(15_000);
      const next = await hub.fetch(group, session, 'qr');
      expect([next.token, next.text]).to.not.include.members([first.token, first.text]);
      expect(Date.parse(String(next.validUntil)) - Date.parse(String(first.validUntil))).to.equal(15_000);
    });

    it('[CI3] takes the token and the text of this step and the one before, by the server’s clock, and no older', async () => {
      const { group, session } = await hub.running(4, { methods: ['qr'], qrStepSeconds: 30 });
      const who =
        (index: number): Who =>
        () =>
          nth(group.students, index);
      const [a, b, c, d] = [who(0), who(1), who(2), who(3)];
      const { token, text, validUntil } = await hub.fetch(group, session, 'qr');
      expect((await send(a(), { token })).data?.status).to.equal('present');
      const left = Date.parse(String(validUntil)) - Date.parse(String((await send(a(), { token })).data?.at));
      hub.pass(left + 1_000);
      expect((await send(b(), { text: String(text).toLowerCase() })).data?.status).to.equal('present');
      expect((await send(c(), { token })).data?.status).to.equal('present');
      hub.pass(30_000);
      expect((await send(d(), { token })).code).to.equal('TOKEN_EXPIRED');
      expect((await send(d(), { text })).code).to.equal('TOKEN_EXPIRED');
      expect((await scan(token)).code).to.equal('TOKEN_EXPIRED');
    });

    it('[CI3] a token of another session is none, nor one that was made up', async () => {
      const { group, session } = await hub.running(1, { methods: ['qr'] });
      const other = await hub.running(1, { methods: ['qr'] });
      const sam = nth(group.students, 0);
      const foreign = Buffer.from(
        String((await hub.fetch(other.group, other.session, 'qr')).token),
        'base64url',
      );
      const forged = Buffer.concat([Buffer.from(session.id, 'hex'), foreign.subarray(12)]).toString(
        'base64url',
      );
      expect((await send(sam, { token: forged })).code).to.equal('TOKEN_INVALID');
      expect((await scan(forged)).code).to.equal('TOKEN_INVALID');
      expect((await scan('nonsense')).code).to.equal('TOKEN_INVALID');
    });

    it('[CI10] a scan counts with its own time, although its student logs in later', async () => {
      const lateRule = { graceMinutes: 5 };
      const { group, session } = await hub.running(2, { methods: ['qr'], lateRule });
      hub.pass(4 * 60_000);
      const { token } = await hub.fetch(group, session, 'qr');
      const scanned = await scan(token);
      expect(scanned.status).to.equal(200);
      hub.pass(5 * 60_000);
      const { data } = await send(nth(group.students, 0), { ticket: scanned.data?.ticket });
      expect(data).to.include({ status: 'present', at: scanned.data?.scannedAt });
      const { token: late } = await hub.fetch(group, session, 'qr');
      expect((await send(nth(group.students, 1), { token: late })).data).to.include({
        status: 'late',
        minutesLate: 9,
      });
    });

    it('[CI10] a ticket is good for one student, for 10 minutes, and as it was signed', async () => {
      const { group, session } = await hub.running(3, { methods: ['qr'] });
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const { token } = await hub.fetch(group, session, 'qr');
      const [one, two] = [await scan(token), await scan(token)];
      const ticket = String(one.data?.ticket);
      expect((await send(sam, { ticket })).data).to.include({ status: 'present', repeated: false });
      expect((await send(sue, { ticket })).code).to.equal('TICKET_USED');
      expect((await send(sam, { ticket })).data).to.include({ status: 'present', repeated: true });
      const [body = '', mac = ''] = String(two.data?.ticket).split('.');
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString());
      const bent = Buffer.from(JSON.stringify({ ...claims, a: claims.a - 60_000 })).toString('base64url');
      expect((await send(sue, { ticket: `${bent}.${mac}` })).code).to.equal('TICKET_INVALID');
      hub.pass(10 * 60_000);
      expect((await send(sue, { ticket: two.data?.ticket })).code).to.equal('TICKET_INVALID');
    });

    it('[CI10] [DV7] a scan that was bound in time counts although its student logs in after the end', async () => {
      const { group, session } = await hub.running(4, { methods: ['qr', 'teacher'] });
      const [sam, sue, ann] = [nth(group.students, 0), nth(group.students, 1), nth(group.students, 2)];
      const { token } = await hub.fetch(group, session, 'qr');
      const [one, two] = [await scan(token), await scan(token)];
      const absent = { studentId: sue.id, status: 'absent' };
      const staff = await connectRaw('plain', hub.url, { token: group.teacher.token });
      await staff.ask('SYNC', { classId: group.id });
      await staff.ask('ATTENDANCE_MARKED', { classId: group.id, ...absent });
      await hub.closed(group, session);
      hub.pass(60_000);

      const ticket = String(one.data?.ticket);
      const answer = await send(sam, { ticket });
      const at = one.data?.scannedAt;
      expect(answer.data).to.include({ status: 'present', at, method: 'qr', repeated: false });
      expect((await send(sam, { ticket })).data).to.include({ status: 'present', repeated: true });
      expect(await staff.next('ATTENDANCE_CORRECTED')).to.include({ studentId: sam.id, status: 'present' });
      expect((await send(ann, { ticket })).code).to.equal('TICKET_USED');
      expect((await send(ann, { token })).code).to.equal('NO_ACTIVE_SESSION');
      // What a teacher decided stays, and is what its student is told.
      expect((await send(sue, { ticket: two.data?.ticket })).data).to.include({ status: 'absent' });
      staff.close();

      const rows = await hub.connection.collection('records').find({}).toArray();
      const rowOf = ({ id }: { id: string }) =>
        rows.find((row) => String(row.sessionId) === session.id && String(row.studentId) === id);
      expect(rowOf(sam)).to.include({ status: 'present', source: 'qr' });
      expect(rowOf(sam)?.history.map((line: { source: string }) => line.source)).to.deep.equal(['system']);
      expect(rowOf(sue)).to.include({ status: 'absent', source: 'teacher' });
      expect(rowOf(ann)).to.include({ status: 'absent', source: 'system' });
    });

    it('[CI9] [CI10] such scans from one browser are flagged in the records, those of others and of teachers are not', async () => {
      const { group, session } = await hub.running(4, { methods: ['qr', 'code', 'teacher'] });
      const { token } = await hub.fetch(group, session, 'qr');
      const [sam, sue, ann, tom] = [0, 1, 2, 3].map((index) => nth(group.students, index));
      const clients = new Map([
        [sam, 'one phone'],
        [sue, 'one phone'],
        [ann, 'another'],
        [tom, 'one phone'],
      ]);
      const tickets = new Map<unknown, unknown>();
      for (const student of clients.keys()) tickets.set(student, (await scan(token)).data?.ticket);
      // One of them checks in while the session runs.
      const code = { method: 'code', proof: session.code, clientId: 'one phone' };
      expect((await hub.checkIn(sam?.token, code)).data?.status).to.equal('present');
      const staff = await connectRaw('plain', hub.url, { token: group.teacher.token });
      await staff.ask('ATTENDANCE_MARKED', { classId: group.id, studentId: tom?.id, status: 'absent' });
      staff.close();
      await hub.closed(group, session);
      for (const [student, clientId] of clients) {
        if (student === sam) continue;
        const body = { method: 'qr', proof: { ticket: tickets.get(student) }, clientId };
        expect((await hub.checkIn(student?.token, body)).status).to.equal(200);
      }
      const path = `/api/v1/attendance/records?sessionId=${session.id}`;
      const { data } = await call(hub.url, 'GET', path, group.teacher.token);
      const rows = data?.items as { studentId: string; flags?: string[] }[];
      expect(new Map(rows.map((row) => [row.studentId, row.flags]))).to.deep.equal(
        new Map([
          [sam?.id, ['shared-device']],
          [sue?.id, ['shared-device']],
          [ann?.id, undefined],
          [tom?.id, undefined],
        ]),
      );
    });

    it('[CI7] [CI10] such a scan is put together with what else the session needs', async () => {
      const both = { methods: ['code', 'qr'], require: ['code', 'qr'] };
      const { group, session } = await hub.running(2, both);
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      await hub.checkIn(sam.token, { method: 'code', proof: { code: session.code } });
      const { token } = await hub.fetch(group, session, 'qr');
      const [one, two] = [await scan(token), await scan(token)];
      await hub.closed(group, session);
      expect((await send(sam, { ticket: one.data?.ticket })).data).to.include({ status: 'present' });
      expect((await send(sue, { ticket: two.data?.ticket })).data).to.deep.include({ missing: ['code'] });
    });
  });
