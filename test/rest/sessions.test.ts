import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type Built, build } from '../../server/build.ts';
import { readConfig } from '../../server/config.ts';
import { createLog } from '../../server/kit/log.ts';
import { freshDatabase } from '../support/engine.ts';
import { type Ask, ask, enrol, newClass, newPerson, type Person } from '../support/http.ts';

describe('REST: sessions', () => {
  let built: Built;
  let url: string;
  let teacher: Person;
  let student: Person;
  let stranger: Person;
  let classId: string;

  before(async () => {
    const read = readConfig({
      MONGO_URL: await freshDatabase('rest-sessions'),
      JWT_SECRET: 'a secret that only these tests have, 32+',
      NODE_ENV: 'test',
    });
    if ('problems' in read) throw new Error(read.problems.join('\n'));
    built = await build(read.config, { log: createLog('silent') });
    built.http.listen(0, '127.0.0.1');
    await once(built.http, 'listening');
    url = `http://127.0.0.1:${(built.http.address() as AddressInfo).port}`;
    [teacher, student, stranger] = await Promise.all([
      newPerson(url, 'teacher'),
      newPerson(url, 'student'),
      newPerson(url, 'teacher'),
    ]);
    classId = await newClass(url, teacher);
    await enrol(url, teacher, classId, student);
  });
  after(() => built?.close({ drainMs: 0 }));

  const as = ({ token }: Person, line: string, body?: unknown): ReturnType<typeof ask> => {
    const options: Ask = body === undefined ? { token } : { token, body };
    return ask(url, line, options);
  };

  it('[SE1] [SE2] start, read, list, close and cancel', async () => {
    const started = await as(teacher, 'POST /api/v1/sessions', { classId, minutes: 20, room: ' Lab 3 ' });
    expect(started.status).to.equal(201);
    const session = started.body.data;
    expect(session).to.include({ classId, state: 'live', openedBy: teacher.id, room: 'Lab 3' });

    const again = await as(teacher, 'POST /api/v1/sessions', { classId });
    expect(again.status).to.equal(409);
    expect(again.body).to.deep.include({
      code: 'SESSION_EXISTS',
      details: [{ path: 'sessionId', message: session.id }],
    });
    const root = await as(teacher, 'POST /attendance/start', { classId });
    expect(root).to.have.property('status', 200);
    expect(root.body.data).to.deep.equal({ classId, startedAt: session.openedAt });

    for (const person of [teacher, student]) {
      expect((await as(person, `GET /api/v1/sessions/${session.id}`)).body.data).to.deep.equal(session);
      const list = await as(person, `GET /api/v1/sessions?classId=${classId}&state=live`);
      expect(list.body.data).to.deep.equal({ items: [session], nextCursor: null });
    }
    expect((await as(stranger, `GET /api/v1/sessions/${session.id}`)).status).to.equal(404);
    expect((await as(stranger, `GET /api/v1/sessions?classId=${classId}`)).status).to.equal(403);
    for (const move of ['close', 'cancel']) {
      expect((await as(stranger, `POST /api/v1/sessions/${session.id}/${move}`)).status).to.equal(404);
      expect((await as(student, `POST /api/v1/sessions/${session.id}/${move}`)).status).to.equal(403);
    }
    expect((await as(student, 'POST /api/v1/sessions', { classId })).status).to.equal(403);
    expect((await as(stranger, 'POST /api/v1/sessions', { classId })).body.code).to.equal(
      'NOT_CLASS_TEACHER',
    );

    const closed = await as(teacher, `POST /api/v1/sessions/${session.id}/close`);
    expect(closed.status).to.equal(200);
    expect(closed.body.data).to.deep.include({ id: session.id, state: 'final' });
    expect(closed.body.data.counts).to.include({ absent: 1, enrolled: 1, unmarked: 0 });
    const twice = await as(teacher, `POST /api/v1/sessions/${session.id}/close`);
    expect(twice.body).to.deep.equal(closed.body);
    // Who finished it is for the staff; a student learns only that it is over.
    const path = `GET /api/v1/sessions/${session.id}`;
    for (const [person, closer] of [
      [teacher, teacher.id],
      [student, undefined],
    ] as const) {
      const listed = await as(person, `GET /api/v1/sessions?classId=${classId}`);
      const views = [(await as(person, path)).body.data, listed.body.data.items[0]];
      expect(views.map(({ id, closedBy }) => [id, closedBy])).to.deep.equal([
        [session.id, closer],
        [session.id, closer],
      ]);
    }

    const next = (await as(teacher, 'POST /api/v1/sessions', { classId })).body.data;
    const cancelled = await as(teacher, `POST /api/v1/sessions/${next.id}/cancel`, { reason: 'fire drill' });
    expect(cancelled.body.data).to.include({ id: next.id, state: 'cancelled' });
    expect((await as(teacher, `POST /api/v1/sessions/${next.id}/cancel`)).body.data).to.deep.equal(
      cancelled.body.data,
    );
    expect((await as(teacher, `POST /api/v1/sessions/${next.id}/close`)).body.code).to.equal('SESSION_ENDED');
  });

  it('[SE4] refuses an end that it may not have, and says what is wrong', async () => {
    const far = new Date(Date.now() + 24 * 3600_000).toISOString();
    for (const [options, path] of [
      [{ minutes: 181 }, 'minutes'],
      [{ minutes: -1 }, 'minutes'],
      [{ closesAt: far }, 'closesAt'],
      [{ closesAt: 'tomorrow' }, 'closesAt'],
    ] as const) {
      const { status, body } = await as(teacher, 'POST /api/v1/sessions', { classId, ...options });
      expect(status).to.equal(400);
      expect(body.error).to.equal('Invalid request schema');
      expect(body.details?.map((detail) => detail.path)).to.deep.equal([path]);
    }
  });
});
