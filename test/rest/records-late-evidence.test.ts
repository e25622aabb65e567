import { expect } from 'chai';
import { createCorrections } from '../../server/data/corrections.ts';
import type { SaidRow } from '../../server/domain/closing.ts';
import type { MarkedEntry } from '../../shared/protocol/index.ts';
import { createInstance, type Instance, newClass } from '../rules/instance.ts';
import { type Pair, REGISTERS } from '../rules/registers.ts';
import { freshDatabase } from '../support/engine.ts';

describe('corrections and evidence that comes after them', () => {
  let pair: Pair;
  let instance: Instance;

  before(async () => {
    const [kind] = REGISTERS;
    pair = (await kind?.make()) ?? expect.fail();
    instance = await createInstance({ url: await freshDatabase('late-evidence'), register: pair.next });
  });
  after(async () => {
    await instance?.idle();
    await pair?.close();
    await instance?.close();
  });

  const corrected = async () => {
    const { classId, teacher, students } = await newClass(instance, 2);
    const { id: sessionId } = await instance.service.start(teacher, { classId });
    await instance.service.close(teacher, sessionId);
    const read = (await instance.records.ofSession(sessionId)).find((one) => one.studentId === students[0]);
    if (!read) throw new Error('no record');
    const { status, source, at } = read;
    const changed = await createCorrections(instance.connection).correct(read, {
      was: { status, source, at },
      to: 'excused',
      by: teacher.userId,
      at: new Date().toISOString(),
      reason: 'a note',
    });
    const session = (await instance.sessions.read(sessionId)) ?? expect.fail();
    return { read, changed: changed ?? expect.fail(), session, teacher };
  };

  for (const source of ['teacher', 'device', 'qr'] as const)
    it(`[CR3] what a ${source} said, found after a correction, goes into the history and changes nothing`, async () => {
      const { read, changed, session, teacher } = await corrected();
      const later = new Date(Date.parse(changed.at) + 60_000).toISOString();
      const entry: MarkedEntry = {
        studentId: read.studentId,
        status: 'present',
        version: 7,
        source,
        at: later,
        ...(source === 'teacher' && { by: teacher.userId }),
      };
      const rows: SaidRow[] = [{ entry, history: [], withdrawn: false }];
      await instance.settle.reconcile(session, rows);
      await instance.settle.reconcile(session, rows);
      const now = (await instance.records.ofSession(session.id)).find(({ id }) => id === read.id);
      expect(now).to.deep.include({ status: 'excused', at: changed.at, reason: 'a note' });
      expect(now?.corrections).to.deep.equal(changed.corrections);
      expect(now?.history.map((line) => [line.status, line.source, line.applied])).to.deep.equal([
        ['present', source, false],
      ]);
      expect(now?.revision).to.equal(2);
    });

  it('[CR2] [CR3] evidence that was read before a correction does not land on it', async () => {
    const { read, changed } = await corrected();
    const entry: MarkedEntry = {
      studentId: read.studentId,
      status: 'present',
      version: 2,
      source: 'device',
      at: read.at,
    };
    expect(await instance.records.amend(read, { entry, replaces: true, history: [] })).to.equal(false);
    const stale = await createCorrections(instance.connection).correct(read, {
      ...(changed.corrections[0] ?? expect.fail()),
      to: 'late',
    });
    expect(stale).to.equal(null);
  });
});
