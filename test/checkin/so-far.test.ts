import { expect } from 'chai';
import { openStores, type Stores } from '../../server/build-stores.ts';
import { readConfig } from '../../server/config.ts';
import { createCheckIns } from '../../server/data/checkins.ts';
import { createRecords } from '../../server/data/records.ts';
import { createSessions } from '../../server/data/sessions.ts';
import { createEvidence } from '../../server/features/checkin/evidence.ts';
import { isTaking } from '../../server/features/checkin/sessions.ts';
import { noCheckpoint } from '../../server/kit/checkpoint.ts';
import { createLog } from '../../server/kit/log.ts';
import type { SessionId, StudentId } from '../../shared/ids.ts';
import { type CheckInHub, nth, startCheckInHub } from '../support/check-in.ts';
import { connectRaw, sharedRedis } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';

const WINDOW_MS = 60_000;

describe('where a student stands', () => {
  let hub: CheckInHub;
  let ahead = 0;
  /** The same database and register as the hub's, as a second instance has them. */
  let stores: Stores;
  before(async () => {
    hub = await startCheckInHub('redis');
    const env = { NODE_ENV: 'test', MONGO_URL: hub.mongoUrl, REDIS_URL: (await sharedRedis()).url };
    const read = readConfig(env);
    if ('problems' in read) throw new Error(read.problems.join('\n'));
    stores = await openStores(read.config, createLog('silent'));
  });
  after(async () => {
    await stores?.close();
    await hub?.stop();
  });

  const evidence = () => {
    const { connection, register } = stores;
    const sessions = createSessions(connection);
    return createEvidence({
      register,
      checkIns: createCheckIns(connection),
      records: createRecords(connection),
      sessions,
      ending: sessions.read,
      isOnRoster: async () => true,
      onMarked: () => {},
      rowMade: async () => {},
      log: createLog('silent'),
      checkpoint: noCheckpoint,
    });
  };
  const stored = async ({ id }: { id: string }) => {
    const session = await createSessions(stores.connection).read(id as SessionId);
    if (!isTaking(session)) throw new Error('takes no check-ins');
    return session;
  };
  const soFar = async (session: { id: string }, student: { id: string }) => {
    return await evidence().soFar(await stored(session), student.id as StudentId, Date.now() + ahead);
  };
  const pass = (ms: number) => {
    ahead += ms;
    hub.pass(ms);
  };
  const token = async (group: SchoolClass, session: { id: string }) =>
    (await hub.fetch(group, session, 'ble-token')).tokenValue;

  it('[CI13] tells what was shown and what the record would say now; after the end what it says', async () => {
    const { group, session } = await hub.running(2, { methods: ['ble'], bleStepSeconds: WINDOW_MS / 1000 });
    const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
    expect(await soFar(session, sam)).to.deep.equal({ shown: [], windows: 0, status: 'absent' });
    const send = async (value: unknown) =>
      await hub.checkIn(sam.token, { method: 'ble', proof: { tokenValue: value } });
    await send(await token(group, session));
    expect(await soFar(session, sam)).to.deep.equal({ shown: ['ble'], windows: 1, status: 'present' });
    pass(WINDOW_MS);
    await token(group, session);
    pass(WINDOW_MS); // one of the two that are over
    expect(await soFar(session, sam)).to.deep.equal({ shown: ['ble'], windows: 1, status: 'partial' });

    const staff = await connectRaw('plain', hub.url, { token: group.teacher.token });
    await staff.ask('ATTENDANCE_MARKED', { studentId: sue.id, status: 'excused' });
    expect(await soFar(session, sue)).to.deep.equal({ shown: [], windows: 0, status: 'excused' });
    staff.close();
    await hub.closed(group, session);
    pass(5 * WINDOW_MS);
    expect(await soFar(session, sam)).to.include({ windows: 1, status: 'partial' });
    expect(await soFar(session, sue)).to.include({ status: 'excused' });
  });

  it('[CI13] where any one method will do, what the row goes by', async () => {
    const { group, session } = await hub.running(2, { methods: ['code'] });
    const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
    await hub.checkIn(sam.token, { method: 'code', proof: session.code });
    const was = { shown: ['code'], windows: 0, status: 'present' };
    expect(await soFar(session, sam)).to.deep.equal(was);
    expect(await soFar(session, sue)).to.deep.equal({ shown: [], windows: 0, status: 'absent' });
    await hub.closed(group, session);
    expect(await soFar(session, sam)).to.deep.equal(was);
    expect(await soFar(session, sue)).to.deep.equal({ shown: ['system'], windows: 0, status: 'absent' });
  });
});
