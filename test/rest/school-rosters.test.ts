import { expect } from 'chai';
import { createPeople } from '../../server/data/people.ts';
import type { SyncReply } from '../../shared/protocol/index.ts';
import { call, MODES, startHub, type TestHub } from '../support/hub.ts';
import { createDoor, good, seated } from '../support/live-class.ts';

for (const mode of MODES)
  describe(`the school: rosters (${mode})`, () => {
    const door = createDoor();
    let hub: TestHub;
    let admin: string;
    let depBatchId: string;
    let made = 0;
    before(async () => {
      hub = await startHub({ mode, env: { LIMIT_SCALE: '1000' } });
      admin = (await hub.school.person('admin')).token;
      depBatchId = String((await as(admin, 'POST /api/v1/dep-batch', { dep: 'D', batch: 'B' })).data?.id);
    });
    afterEach(() => door.closeAll());
    after(() => hub?.stop());

    const as = async (token: string, line: string, body?: unknown) => {
      const [method = '', path = ''] = line.split(' ');
      const answer = await call(hub.url, method, path, token, body);
      expect(answer.status, `${line} ${JSON.stringify(answer)}`).to.be.lessThan(300);
      return answer;
    };
    const newSection = async () =>
      String((await as(admin, 'POST /api/v1/sections', { name: `S${++made}`, depBatchId })).data?.id);
    const newStudent = async (sectionId?: string) =>
      String((await as(admin, 'POST /api/v1/students', { firstName: 'Ann', sectionId })).data?.id);
    const move = (id: string, sectionId: string | null) =>
      as(admin, `PATCH /api/v1/students/${id}`, { sectionId });
    const newClass = async (sectionIds: string[]) => {
      const ada = await hub.school.person('teacher');
      const body = { className: 'C', sectionIds };
      const classId = String((await as(ada.token, 'POST /api/v1/classes', body)).data?.id);
      const roster = async () => {
        const { data } = await as(ada.token, `GET /api/v1/classes/${classId}`);
        return (data as { students: { id: string }[] }).students.map(({ id }) => id).sort();
      };
      return { ada, classId, path: `/api/v1/classes/${classId}`, roster };
    };

    it('[SC4] is the students of its sections and those added, minus those removed', async () => {
      const [s1, s2] = [await newSection(), await newSection()];
      const [a, b, c, loose] = [
        await newStudent(s1),
        await newStudent(s1),
        await newStudent(s2),
        await newStudent(),
      ];
      const { ada, path, roster } = await newClass([s1]);
      expect(await roster()).to.deep.equal([a, b].sort());
      await as(ada.token, `POST ${path}/students`, { studentId: loose });
      await as(ada.token, `DELETE ${path}/students/${a}`);
      expect(await roster()).to.deep.equal([b, loose].sort());

      // Whoever was removed stays off, whatever happens to the sections, until they are added again.
      await as(ada.token, `PATCH ${path}`, { sectionIds: [s1, s2] });
      expect(await roster()).to.deep.equal([b, c, loose].sort());
      await move(a, s2);
      await move(b, null);
      expect(await roster()).to.deep.equal([c, loose].sort());
      await as(ada.token, `POST ${path}/students`, { studentId: a });
      expect(await roster()).to.deep.equal([a, c, loose].sort());

      // Whoever was added stays on without a section; a late one in the section is there at once.
      await as(ada.token, `PATCH ${path}`, { sectionIds: [] });
      expect(await roster()).to.deep.equal([a, loose].sort());
      await as(ada.token, `PATCH ${path}`, { sectionIds: [s2] });
      const late = await newStudent(s2);
      expect(await roster()).to.deep.equal([a, c, late, loose].sort());
    });

    it('[SC4] classes whose roster was made before there were sections keep it', async () => {
      const { id: classId, teacher, students } = await hub.school.class(2, 'private');
      await hub.connection.collection('classes').updateMany(
        { className: 'Class of 2' },
        {
          $unset: { addedIds: 1, removedIds: 1, sectionIds: 1, revision: 1 },
        },
      );
      const section = await newSection();
      const member = await newStudent(section);
      const path = `/api/v1/classes/${classId}`;
      const count = async () => (await as(teacher.token, `GET ${path}`)).data?.studentCount;
      await as(teacher.token, `PATCH ${path}`, { sectionIds: [section] });
      expect(await count()).to.equal(3);
      await as(teacher.token, `DELETE ${path}/students/${students[0]?.id}`);
      await as(teacher.token, `PATCH ${path}`, { sectionIds: [] });
      expect(await count()).to.equal(1);
      await move(member, null);
    });

    it('[SC4][AU2] reaches the live register and the open sockets at once', async () => {
      const [s1, s2] = [await newSection(), await newSection()];
      const cy = await hub.school.person('student');
      const early = await newStudent(s1);
      const { ada, classId } = await newClass([s1]);
      const staff = await seated(await door.enter('socketio', hub, ada));
      good(await staff.ask('SESSION_START', { classId }));
      const own = await seated(await door.enter('plain', hub, cy));
      const live = async () => {
        const reply = good<SyncReply>(await staff.ask('SYNC', { classId }));
        return 'roster' in reply ? [...(reply.roster ?? [])].sort() : [];
      };
      const mark = (studentId: string) =>
        staff.ask('ATTENDANCE_MARKED', { classId, studentId, status: 'present' });
      const asked = (raw: typeof own) => raw.ask('MY_ATTENDANCE', { classId });

      expect((await asked(own)).success).to.equal(false);
      await move(cy.id, s1);
      expect(await live()).to.deep.equal([early, cy.id as string].sort());
      good(await mark(cy.id));
      expect(await own.next('ATTENDANCE_MARKED')).to.include({ studentId: cy.id, status: 'present' });
      expect(good(await asked(own))).to.include({ status: 'present' });

      await move(cy.id, s2);
      expect(await live()).to.deep.equal([early]);
      expect(await mark(cy.id)).to.include({ code: 'STUDENT_NOT_ON_ROSTER' });
      expect((await asked(own)).success).to.equal(false);

      await as(ada.token, `PATCH /api/v1/classes/${classId}`, { sectionIds: [s2] });
      expect(await live()).to.deep.equal([cy.id as string]);
      good(await mark(cy.id));

      await as(admin, `DELETE /api/v1/students/${cy.id}`);
      expect(await live()).to.deep.equal([]);
      await own.closed;
    });

    it('[SC4] is right after many changed it at the same time', async () => {
      const [s1, s2] = [await newSection(), await newSection()];
      const students = await Promise.all(Array.from({ length: 8 }, () => newStudent(s1)));
      const { ada, classId, path, roster } = await newClass([s1]);
      await as(ada.token, 'POST /api/v1/sessions', { classId });
      for (let round = 0; round < 6; round++) {
        const to = round % 2 === 0 ? s2 : s1;
        await Promise.all([
          ...students.map((id, i) => move(id, (i + round) % 3 === 0 ? s1 : to)),
          as(ada.token, `PATCH ${path}`, { sectionIds: round % 2 === 0 ? [s1] : [s1, s2] }),
        ]);
        const inSections = round % 2 === 0 ? [s1] : [s1, s2];
        const members = await createPeople(hub.connection).inSections(inSections as never[]);
        expect(await roster(), `round ${round}`).to.deep.equal([...members].sort());
        const staff = await door.enter('plain', hub, ada);
        const reply = good<SyncReply>(await staff.ask('SYNC', { classId }));
        expect('roster' in reply ? [...(reply.roster ?? [])].sort() : []).to.deep.equal([...members].sort());
      }
    });

    it('[SC2] a course code belongs to one class', async () => {
      const one = await newClass([]);
      const two = await newClass([]);
      const set = (at: typeof one, code: string | null) =>
        call(hub.url, 'PATCH', at.path, at.ada.token, { code });
      expect((await set(one, 'PHY-1')).data).to.include({ code: 'PHY-1' });
      expect(await set(two, 'PHY-1')).to.include({ status: 409, code: 'CODE_EXISTS' });
      const body = { className: 'C', code: 'PHY-1' };
      expect((await call(hub.url, 'POST', '/api/v1/classes', two.ada.token, body)).status).to.equal(409);
      expect((await set(one, null)).data).to.include({ code: null });
      expect((await set(two, 'PHY-1')).status).to.equal(200);
    });
  });
