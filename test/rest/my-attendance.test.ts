import { expect } from 'chai';
import { finishSession, rest } from '../support/finished.ts';
import { connectRaw, MODES, startHub, type TestHub } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';

type Person = { readonly id: string; readonly token: string };

for (const mode of MODES)
  describe(`REST: my-attendance over the end of a session (${mode})`, () => {
    let hub: TestHub;
    /** What a test has DONE do between its steps. */
    let between: (step: string) => Promise<void> | void = () => {};
    before(async () => {
      hub = await startHub({ mode, checkpoint: (step) => between(step) });
    });
    afterEach(() => {
      between = () => {};
    });
    after(() => hub?.stop());

    const mine = async ({ id: classId }: SchoolClass, person: Person) => {
      const { status, data } = await rest(hub, person, `GET /class/${classId}/my-attendance`);
      expect(status).to.equal(200);
      expect(data.classId).to.equal(classId);
      return data.status;
    };
    const open = async ({ id: classId, teacher }: SchoolClass) => {
      await rest(hub, teacher, 'POST /attendance/start', { classId });
      return await connectRaw('plain', hub.url, { token: teacher.token });
    };
    const group = async (size: number) => {
      const taught = await hub.school.class(size, 'private');
      return { taught, students: taught.students as readonly Person[] as readonly [Person, ...Person[]] };
    };

    for (const how of ['DONE', 'close'] as const)
      it(`[CR7] after ${how} it says what the record says; while unmarked in the next session, nothing`, async () => {
        const { taught, students } = await group(2);
        const [sam, sue = sam] = students;
        expect(await mine(taught, sam)).to.equal(null);
        const staff = await open(taught);
        expect(await mine(taught, sam)).to.equal(null);
        await staff.ask('ATTENDANCE_MARKED', { studentId: sam.id, status: 'present' });
        expect(await mine(taught, sam)).to.equal('present');
        if (how === 'DONE') expect((await staff.ask('DONE')).success).to.equal(true);
        else {
          const { data } = await rest(hub, taught.teacher, `GET /api/v1/sessions?classId=${taught.id}`);
          const [{ id }] = data.items as [{ id: string }];
          expect((await rest(hub, taught.teacher, `POST /api/v1/sessions/${id}/close`)).status).to.equal(200);
        }
        expect([await mine(taught, sam), await mine(taught, sue)]).to.deep.equal(['present', 'absent']);
        const own = await connectRaw('plain', hub.url, { token: sam.token });
        expect(await own.ask('MY_ATTENDANCE')).to.include({ code: 'NO_ACTIVE_SESSION' });

        await rest(hub, taught.teacher, 'POST /attendance/start', { classId: taught.id });
        expect(await mine(taught, sam)).to.equal(null);
        expect((await own.ask('MY_ATTENDANCE')).data).to.deep.equal({ status: 'not yet updated' });
        own.close();
        staff.close();
      });

    it('[CR7] of several sessions of a day the newest counts, however records were corrected; cancelled ones do not', async () => {
      const { taught, students } = await group(1);
      const [sam] = students;
      const first = await finishSession(hub, taught, ['late']);
      await finishSession(hub, taught, ['excused']);
      expect(await mine(taught, sam)).to.equal('excused');
      const [record] = first.records;
      const change = { status: 'present', reason: 'was there' };
      await rest(hub, taught.teacher, `PATCH /api/v1/attendance/records/${record?.id}`, change);
      expect(await mine(taught, sam)).to.equal('excused');

      const staff = await open(taught);
      await staff.ask('ATTENDANCE_MARKED', { studentId: sam.id, status: 'present' });
      const { data } = await rest(
        hub,
        taught.teacher,
        `GET /api/v1/sessions?classId=${taught.id}&state=live`,
      );
      const [{ id }] = data.items as [{ id: string }];
      await rest(hub, taught.teacher, `POST /api/v1/sessions/${id}/cancel`);
      expect(await mine(taught, sam)).to.equal('excused');
      staff.close();
    });

    it('[CR7] a mark of before one was taken off the class counts as little here as elsewhere', async () => {
      const { taught, students } = await group(1);
      const [sam] = students;
      await finishSession(hub, taught, ['late']);
      const staff = await open(taught);
      await staff.ask('ATTENDANCE_MARKED', { studentId: sam.id, status: 'present' });
      const roster = `/api/v1/classes/${taught.id}/students`;
      await rest(hub, taught.teacher, `DELETE ${roster}/${sam.id}`);
      await staff.ask('DONE');
      await rest(hub, taught.teacher, `POST ${roster}`, { studentId: sam.id });
      expect(await mine(taught, sam)).to.equal('late');
      staff.close();
    });

    it('[CR7] while a session is closing, what the one before said is no answer', async () => {
      const { taught, students } = await group(1);
      const [sam] = students;
      await finishSession(hub, taught, ['absent']);
      const staff = await open(taught);
      await staff.ask('ATTENDANCE_MARKED', { studentId: sam.id, status: 'present' });
      let goOn = () => {};
      const held = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      let asked: Promise<unknown> | undefined;
      between = async (step) => {
        // The question itself asks for the end.
        if (step === 'done:asked' && asked) goOn();
        if (step !== 'done:frozen') return;
        asked = mine(taught, sam);
        void asked.then(goOn, goOn);
        await held;
      };
      expect((await staff.ask('DONE')).success).to.equal(true);
      expect(await asked).to.equal('present');
      staff.close();
    });
  });
