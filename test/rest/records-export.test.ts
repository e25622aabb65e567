import { get } from 'node:http';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import mongoose from 'mongoose';
import { addDays } from '../../server/domain/period.ts';
import { finishSession } from '../support/finished.ts';
import { ask } from '../support/http.ts';
import { connectRaw, startHub, type TestHub } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';
import { putTerm } from '../support/term.ts';

type Line = Record<string, string>;
const FORMULAS = ['=1+1', '+1', '-2', '@SUM(A1)', '\tx', '\rx'];

describe('REST: export of records', () => {
  let hub: TestHub;
  let taught: SchoolClass;
  let other: SchoolClass;
  let sessionId: string;
  let date: string;
  const byId = (id: string | undefined) => ({ _id: mongoose.Types.ObjectId.createFromHexString(id ?? '') });

  before(async () => {
    hub = await startHub({ mode: 'embedded' });
    taught = await hub.school.class(4, 'private');
    other = await hub.school.class(1, 'private');
    const users = hub.connection.collection('users');
    const [coded, , , gone] = taught.students;
    await users.updateOne(byId(coded?.id), {
      $set: { studentCode: 'S-001', firstName: 'Ada, "the" first', lastName: 'Łovelace\nsecond line' },
    });
    const finished = await finishSession(hub, taught, ['late', 'present']);
    sessionId = finished.sessionId;
    date = finished.records[0]?.date ?? '';
    await finishSession(hub, other, []);
    await users.deleteOne(byId(gone?.id));
  });
  after(() => hub?.stop());

  const fetched = (person: { token: string }, query: string) =>
    ask(hub.url, `GET /api/v1/attendance/export.csv?${query}`, { token: person.token });
  const table = async (person: { token: string }, query = '') => {
    const { status, body } = await fetched(person, query);
    expect(status).to.equal(200);
    return parse(body.data, { bom: true, columns: true, record_delimiter: '\r\n' }) as Line[];
  };

  it('[CR6] gives a table with a byte order mark, one line for each record', async () => {
    const response = await fetch(`${hub.url}/api/v1/attendance/export.csv?classId=${taught.id}`, {
      headers: { authorization: `Bearer ${taught.teacher.token}` },
    });
    expect(response.headers.get('content-type')).to.equal('text/csv; charset=utf-8');
    expect(response.headers.get('content-disposition')).to.equal('attachment; filename="attendance.csv"');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...bytes.subarray(0, 3)]).to.deep.equal([0xef, 0xbb, 0xbf]);
    const text = new TextDecoder().decode(bytes);
    expect(text.startsWith('code,name,date,session,status,minutesLate,markedBy,reason,flags\r\n')).to.equal(
      true,
    );
    expect(text.endsWith('\r\n')).to.equal(true);

    const [, plain, third, gone] = taught.students;
    const same = { date, session: sessionId, minutesLate: '', flags: '' };
    expect(await table(taught.teacher, `classId=${taught.id}`)).to.have.deep.members([
      {
        ...same,
        code: 'S-001',
        name: 'Ada, "the" first Łovelace\nsecond line',
        status: 'late',
        markedBy: 'teacher',
        reason: 'seen as late',
      },
      {
        ...same,
        code: plain?.id,
        name: 'student',
        status: 'present',
        markedBy: 'teacher',
        reason: 'seen as present',
      },
      { ...same, code: third?.id, name: 'student', status: 'absent', markedBy: '', reason: '' },
      { ...same, code: gone?.id, name: '', status: 'absent', markedBy: '', reason: '' },
    ]);
    expect(text).not.to.include('example.org');
  });

  it('[CR6] no cell is a formula to a spreadsheet', async () => {
    const { id: classId, teacher, students } = await hub.school.class(FORMULAS.length, 'private');
    const users = hub.connection.collection('users');
    for (const [i, text] of FORMULAS.entries())
      await users.updateOne(byId(students[i]?.id), { $set: { studentCode: text, firstName: text } });
    await users.updateOne(byId(teacher.id), { $set: { name: '=cmd' } });
    const taughtNow = { id: classId, teacher, students };
    await finishSession(hub, taughtNow, []);
    const started = await ask(hub.url, 'POST /api/v1/sessions', { token: teacher.token, body: { classId } });
    const socket = await connectRaw('plain', hub.url, { token: teacher.token });
    for (const [i, reason] of FORMULAS.entries())
      await socket.ask('ATTENDANCE_MARKED', { classId, studentId: students[i]?.id, status: 'late', reason });
    socket.close();
    const { id } = started.body.data;
    await ask(hub.url, `POST /api/v1/sessions/${id}/close`, { token: teacher.token });

    const lines = await table(teacher, `sessionId=${id}`);
    expect(lines.map(({ code }) => code)).to.have.members(FORMULAS.map((text) => `'${text}`));
    for (const { name, reason, markedBy } of lines) {
      for (const cell of [name, reason, markedBy]) expect(cell).not.to.match(/^[=+\-@\t\r]/);
      expect(markedBy).to.equal("'=cmd");
    }
  });

  it('[CR4] is for the staff, each for their own classes', async () => {
    const outcome = async (person: { token: string }, query: string) => {
      const { status, body } = await fetched(person, query);
      return [status, body.code];
    };
    const student = taught.students[0] ?? expect.fail();
    expect(await outcome(student, '')).to.deep.equal([403, 'TEACHER_ACCESS_REQUIRED']);
    const foreign = `classId=${taught.id}`;
    expect(await outcome(other.teacher, foreign)).to.deep.equal([403, 'NOT_CLASS_TEACHER']);
    expect(await outcome(other.teacher, `sessionId=${sessionId}`)).to.deep.equal([404, 'SESSION_NOT_FOUND']);
    expect(await outcome(other.teacher, 'from=x')).to.deep.equal([400, 'INVALID_REQUEST']);
    expect(await table(other.teacher)).to.have.length(1);
  });

  it('[CR6] is ordered by day, whole, and without the withdrawn, however long', async () => {
    const classes = await Promise.all([1, 2].map(() => hub.school.class(20, 'private')));
    const days = Array.from({ length: 60 }, (_, i) => addDays('2025-03-01', i));
    const put = await putTerm(hub, classes, days);
    const counted = put.filter(({ withdrawn }) => !withdrawn);
    const admin = await hub.school.person('admin');
    const [one] = classes;
    for (const [person, query, expected] of [
      [admin, 'to=2025-12-31', counted],
      [admin, `to=2025-12-31&classId=${one?.id}`, counted.filter(({ classId }) => classId === one?.id)],
      [one?.teacher ?? admin, '', counted.filter(({ classId }) => classId === one?.id)],
      [admin, 'from=2025-03-05&to=2025-03-06', counted.filter(({ date }) => /03-0[56]$/.test(date))],
    ] as const) {
      const lines = await table(person, query);
      const keys = (rows: readonly { date?: string; status?: string }[], of: (row: never) => unknown) =>
        rows.map((row) => `${row.date} ${of(row as never)} ${row.status}`).sort();
      expect(keys(lines, ({ code }: Line) => code)).to.deep.equal(
        keys(expected, ({ studentId }: { studentId: string }) => studentId),
      );
      expect(lines.map(({ date }) => date)).to.deep.equal(expected.map(({ date }) => date).sort());
    }
  });

  it('[CR6] closes its cursor when the reader goes away, and makes no more than the reader takes', async () => {
    const big = await hub.school.class(50, 'private');
    const days = Array.from({ length: 400 }, (_, i) => addDays('2023-01-01', i));
    await putTerm(hub, [big], days);
    const reason = 'long '.repeat(300);
    await hub.connection
      .collection('records')
      .updateMany({ classId: byId(big.id)._id }, { $set: { reason } });
    const openCursors = async () => {
      const status = await hub.connection.db?.admin().serverStatus();
      return Number(status?.metrics?.cursor?.open?.total);
    };
    const before = await openCursors();
    const request = get(`${hub.url}/api/v1/attendance/export.csv?classId=${big.id}`, {
      headers: { authorization: `Bearer ${big.teacher.token}` },
    });
    try {
      await new Promise((resolve) =>
        request.once('response', (response) => response.once('readable', resolve)),
      );
      // Some 30 MB are more than the sockets between us hold: the server waits, with its cursor open.
      while ((await openCursors()) === before) await new Promise(setImmediate);
    } finally {
      request.destroy();
    }
    while ((await openCursors()) > before) await new Promise(setImmediate);
  });
});
