import { expect } from 'chai';
import { type CheckInHub, nth, startCheckInHub } from '../support/check-in.ts';
import { createHolds } from '../support/holds.ts';
import { type Answer, call, MODES } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';

const WINDOW_MS = 60_000;

for (const mode of MODES)
  describe(`check-ins that race DONE (${mode})`, () => {
    const holds = createHolds();
    let hub: CheckInHub;
    before(async () => {
      hub = await startCheckInHub(mode, {}, { checkpoint: holds.checkpoint });
    });
    after(() => hub?.stop());

    const outcome = ({ code, data }: Answer) => code ?? data?.status;
    const near = async (group: SchoolClass, session: { id: string }) => ({
      method: 'ble',
      proof: { tokenValue: (await hub.fetch(group, session, 'ble-token')).tokenValue },
    });
    const close = (group: SchoolClass, session: { id: string }) =>
      call(hub.url, 'POST', `/api/v1/sessions/${session.id}/close`, group.teacher.token);
    const shownOf = (session: { id: string }, { id }: { id: string }) =>
      hub.connection.collection<{ _id: string }>('checkins').findOne({ _id: `${session.id}:${id}` });
    const windows = { methods: ['ble'], bleStepSeconds: WINDOW_MS / 1000 };

    it('[DN4] [CI8] a window that the last judging has counted is acknowledged, with what the record says', async () => {
      const { group, session } = await hub.running(1, windows);
      const sam = nth(group.students, 0);
      const kept = holds.at('check-in:kept');
      const answer = hub.checkIn(sam.token, await near(group, session));
      await kept.reached;
      const record = (await hub.closed(group, session)).get(sam.id);
      expect(record).to.include({ status: 'present', source: 'ble' });
      kept.go();
      expect((await answer).data).to.deep.include({
        status: 'present',
        repeated: false,
        at: record?.at.toISOString(),
        windows: { collected: 1, total: 1 },
      });
    });

    it('[DN4] [CI7] so is the last of several methods; alone, without the others, it is refused', async () => {
      const both = { methods: ['code', 'qr'], require: ['code', 'qr'] };
      const { group, session } = await hub.running(2, both);
      const [sam, sue] = [nth(group.students, 0), nth(group.students, 1)];
      const coded = { method: 'code', proof: session.code };
      const { token } = await hub.fetch(group, session, 'qr');
      await hub.checkIn(sam.token, coded);
      const kept = [holds.at('check-in:kept'), holds.at('check-in:kept')];
      const answers = [
        hub.checkIn(sam.token, { method: 'qr', proof: { token } }),
        hub.checkIn(sue.token, coded),
      ];
      await Promise.all(kept.map(({ reached }) => reached));
      const records = await hub.closed(group, session);
      for (const { go } of kept) go();
      expect((await Promise.all(answers)).map(outcome)).to.deep.equal(['present', 'INVALID_CODE']);
      expect(records.get(sam.id)).to.include({ status: 'present' });
      expect(records.get(sue.id)).to.include({ status: 'absent', source: 'system' });
    });

    it('[DN4] [CI8] a window that came after the last judging is refused once the record says so, and is taken back', async () => {
      const { group, session } = await hub.running(1, windows);
      const sam = nth(group.students, 0);
      const body = await near(group, session);
      const [judged, kept] = [holds.at('check-in:judged'), holds.at('check-in:kept')];
      const closed = close(group, session);
      await judged.reached;
      const answer = hub.checkIn(sam.token, body);
      await kept.reached;
      expect(await shownOf(session, sam)).to.deep.include({ steps: [0] });
      kept.go();
      judged.go();
      expect([outcome(await answer), (await closed).status]).to.deep.equal(['NO_ACTIVE_SESSION', 200]);
      expect((await hub.closed(group, session)).get(sam.id)).to.include({
        status: 'absent',
        source: 'system',
      });
      expect(await shownOf(session, sam)).to.deep.include({ steps: [] });
    });

    it('[DN4] a word of a session that is cancelled meanwhile is refused', async () => {
      const { group, session } = await hub.running(1, windows);
      const kept = holds.at('check-in:kept');
      const answer = hub.checkIn(nth(group.students, 0).token, await near(group, session));
      await kept.reached;
      const path = `/api/v1/sessions/${session.id}/cancel`;
      expect((await call(hub.url, 'POST', path, group.teacher.token)).status).to.equal(200);
      kept.go();
      expect(outcome(await answer)).to.equal('NO_ACTIVE_SESSION');
    });
  });
