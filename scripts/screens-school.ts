import { createClasses } from '../server/data/classes.ts';
import { oid } from '../server/data/mongo.ts';
import type { UserId } from '../shared/ids.ts';
import { createGates } from '../test/support/gate.ts';
import { call, connectRaw } from '../test/support/hub.ts';
import type { Web } from '../test/support/web.ts';

// A school for the pictures of the screens: people with the names that people have, classes in every state, a past of
// two weeks, devices that are well and devices that are not.

const NAMES = [
  'Amira Haddad',
  'Ben Okafor',
  'Carla Núñez',
  'Dev Patel',
  'Elif Yılmaz',
  'Finn Larsen',
  'Grace Mbeki',
  'Hana Suzuki',
  'Iris Papadaki',
  'Jonas Weber',
  'Kaya Thompson',
  'Liam O’Brien',
  'Mei Lin',
  'Noah Fischer',
  'Olga Petrova',
  'Pedro Alves',
  'Quinn Taylor',
  'Rosa Jiménez',
  'Samir Khoury',
  'Tara Singh',
  'Umar Farouk',
  'Vera Novák',
  'Wen Zhao',
  'Yusuf Demir',
];
/** Names that make a card, a row and a head of a dialog find out what they can hold. */
const LONG = [
  'María Guadalupe Hernández-Villanueva de la Cruz',
  'Venkatanarasimharajuvaripeta Wickramasinghe',
  'عبد الرحمن بن محمد الخطيب',
  'Maximiliane-Sophie von Hohenlohe-Langenburg',
  'Ng',
  'Oluwaseun Adébáyọ̀ Ọlátúnjí-Fashola',
];
const STATUSES = [
  ...Array.from({ length: 6 }, () => 'present'),
  'late',
  'present',
  'absent',
  'excused',
] as const;

export type School = Awaited<ReturnType<typeof fillSchool>>;

/** Fills a hub; `long` gives everything names that are hard to fit. */
export const fillSchool = async ({ hub, url }: Pick<Web, 'hub' | 'url'>, long: boolean) => {
  const users = hub.connection.collection('users');
  const records = hub.connection.collection('records');
  const name = (id: string, called: string, more: object = {}) =>
    users.updateOne({ _id: oid(id) }, { $set: { name: called, ...more } });
  const send = async <T = unknown>(
    token: string,
    method: string,
    path: string,
    body?: object,
  ): Promise<T> => {
    const answer = await call(url, method, path, token, body);
    if (!answer.success) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.data as T;
  };
  const names = long ? [...LONG, ...NAMES] : NAMES;
  const nameOf = (i: number) => names[i % names.length] ?? '';

  const mailOf = (called: string, n: number) =>
    `${
      called
        .normalize('NFD')
        .toLowerCase()
        .match(/[a-z]+/g)
        ?.slice(0, 2)
        .join('.') ?? 'student'
    }${n}@school.example`;
  let codes = 2000;
  const fill = async (className: string, code: string, size: number) => {
    const group = await hub.school.class(size, 'private');
    await send(group.teacher.token, 'PATCH', `/api/v1/classes/${group.id}`, { className, code });
    for (const [i, { id }] of group.students.entries()) {
      codes += 1;
      await name(id, nameOf(i), { studentCode: `S-${codes}`, email: mailOf(nameOf(i), codes) });
    }
    return group;
  };
  const biology = await fill('Biology 2b', 'BIO-2B', long ? names.length : NAMES.length);
  const { teacher } = biology;
  await name(teacher.id, 'Ada Field');
  for (let day = 20; day > 0; day--) {
    const at = new Date(Date.now() - day * 86_400_000);
    if ([0, 6].includes(at.getUTCDay())) continue;
    const sessionId = oid((1000 + day).toString(16).padStart(24, '0'));
    await records.insertMany(
      biology.students.map(({ id }, i) => ({
        sessionId,
        studentId: oid(id),
        classId: oid(biology.id),
        date: at.toISOString().slice(0, 10),
        status: STATUSES[(i * 7 + day * 3) % STATUSES.length],
        source: 'teacher',
        by: oid(teacher.id),
        at,
        version: i + 1,
        writtenAt: at,
      })),
    );
  }

  type Session = { id: string; code: string };
  const begin = (token: string, body: object) => send<Session>(token, 'POST', '/api/v1/sessions', body);
  const session = await begin(teacher.token, {
    classId: biology.id,
    methods: ['teacher', 'code', 'qr'],
    room: 'Room 14',
  });
  const staff = await connectRaw('plain', url, { token: teacher.token });
  for (const [i, { id, token }] of biology.students.entries()) {
    if (i % 3 === 0 && i < 20)
      await send(token, 'POST', '/api/v1/attendance/checkin', { method: 'code', proof: session.code });
    else if (i < 19)
      await staff.ask('ATTENDANCE_MARKED', {
        classId: biology.id,
        studentId: id,
        status: i === 8 ? 'absent' : i === 11 ? 'late' : i === 16 ? 'excused' : 'present',
      });
  }
  staff.close();
  const admin = await hub.school.person('admin');
  await name(admin.id, 'Office');
  return { biology, teacher, session, admin, fill, begin, send, name, nameOf };
};

/** What only the pictures to look at need: the rest of a school, also where something is wrong. */
export const fillRest = async (web: Pick<Web, 'hub' | 'url'>, school: School) => {
  const { hub, url } = web;
  const { biology, teacher, admin, fill, begin, send, name } = school;
  const gates = await createGates(hub);
  const classes = createClasses(hub.connection);
  const asAdmin = <T = { id: string }>(method: string, path: string, body?: object) =>
    send<T>(admin.token, method, path, body);

  const sectionIds: string[] = [];
  for (const [dep, batch, sections] of [
    ['Political Science and Public Administration', '2026', ['A', 'B', 'Evening (part-time students)']],
    ['Biology', '2025', ['Morning']],
    ['Mathematics', '2026', []],
  ] as const) {
    const { id: depBatchId } = await asAdmin('POST', '/api/v1/dep-batch', { dep, batch });
    for (const called of sections)
      sectionIds.push((await asAdmin('POST', '/api/v1/sections', { name: called, depBatchId })).id);
  }
  for (const [i, { id }] of biology.students.entries())
    await asAdmin('PATCH', `/api/v1/students/${id}`, { sectionId: sectionIds[i % 3] });

  /** A class of the teacher, taken over from its own. */
  const mine = async (className: string, code: string, size: number) => {
    const group = await fill(className, code, size);
    await asAdmin('PATCH', `/api/v1/classes/${group.id}`, { teacherId: teacher.id });
    return group;
  };
  const law = await mine('Comparative Constitutional Law and Political Institutions II', 'POL-LAW-2204', 25);
  await mine('Ethics', 'ETH-1', 5);
  const lecture = await mine('Introductory lecture', 'LEC-300', 300);
  await begin(teacher.token, { classId: lecture.id, methods: ['teacher', 'code'], room: 'Great Hall' });
  const colleague = await hub.school.person('teacher');
  await name(colleague.id, 'Bartholomew Featherstonehaugh-Cholmondeley');
  await classes.addCoTeacher(biology.id, colleague.id as UserId);

  // A register that is over, with one record that was put right.
  const done = await begin(teacher.token, {
    classId: law.id,
    methods: ['teacher', 'code'],
    room: 'Moot court',
  });
  for (const { token } of law.students.slice(0, 12))
    await send(token, 'POST', '/api/v1/attendance/checkin', { method: 'code', proof: done.code });
  await send(teacher.token, 'POST', `/api/v1/sessions/${done.id}/close`);
  const { items } = await send<{ items: { id: string }[] }>(
    teacher.token,
    'GET',
    `/api/v1/attendance/records?studentId=${law.students[1]?.id}&classId=${law.id}`,
  );
  await send(teacher.token, 'PATCH', `/api/v1/attendance/records/${items[0]?.id}`, {
    status: 'excused',
    reason: 'Brought a note from the hospital after the lesson, signed by both parents',
  });

  // Two steps to take.
  const exam = await fill('Written examination', 'EXAM', 3);
  await begin(exam.teacher.token, {
    classId: exam.id,
    methods: ['code', 'passkey'],
    require: ['code', 'passkey'],
    room: 'Hall 3.101',
  }).then(({ code }) => Object.assign(exam, { code }));

  await asAdmin('POST', '/api/v1/students', { firstName: 'Uninvited', lastName: 'Newcomer' });
  const gate = await asAdmin<{ id: string; key: string }>('POST', '/api/v1/devices', {
    deviceId: 'main-entrance-turnstile-01',
    name: 'Turnstile at the main entrance, left of the porter’s lodge',
  });
  await asAdmin('PATCH', `/api/v1/devices/${gate.id}`, { serial: 'CKJA204560011' });
  const old = await asAdmin('POST', '/api/v1/devices', { deviceId: 'gym', name: 'Gym reader' });
  await asAdmin('POST', `/api/v1/devices/${old.id}/revoke`);
  await asAdmin('POST', '/api/v1/devices', { deviceId: 'library', name: 'Library' });
  await fetch(`${url}/iclock/cdata?SN=ABCX123456&options=all&pushver=2.4.1`);
  const bound = await gates.boundClass(2);
  await asAdmin('PATCH', `/api/v1/classes/${bound.id}`, { className: 'Chemistry lab', code: 'CHE-9' });
  await gates.scan(bound.device.key, [
    { studentCode: 'nobody-7', eventId: 'x' },
    { studentCode: 'somebody-with-a-very-long-card-number-0000000000000042', eventId: 'y' },
  ]);
  const nobody = { teacher: await hub.school.person('teacher'), student: await hub.school.person('student') };
  await name(nobody.teacher.id, 'New Teacher');
  await name(nobody.student.id, 'New Student');
  return { law, lecture, done, exam: exam as typeof exam & { code: string }, nobody, colleague };
};
export type Rest = Awaited<ReturnType<typeof fillRest>>;
