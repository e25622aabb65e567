import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { oid } from '../server/data/mongo.ts';
import { stopEngine } from '../test/support/engine.ts';
import { connectRaw, stopSharedRedis } from '../test/support/hub.ts';
import { SIZES, startWeb } from '../test/support/web.ts';

// Pictures of the screens for the README, into docs/screens/, from a real class on a real hub. `-- --all <folder>` takes
// every screen at every size, light and dark, to look at.

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

const web = await startWeb('embedded');
const { hub } = web;
const send = async <T>(token: string, method: string, path: string, body?: object): Promise<T> => {
  const response = await fetch(`${web.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as { success: boolean; data: T };
  if (!answer.success) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.data;
};
const users = hub.connection.collection('users');
const call = (id: string, name: string) => users.updateOne({ _id: oid(id) }, { $set: { name } });

/** A class of this many with a past of two weeks. */
const fill = async (className: string, code: string, size: number) => {
  const group = await hub.school.class(size, 'private');
  const { token } = group.teacher;
  await send(token, 'PATCH', `/api/v1/classes/${group.id}`, { className, code });
  for (const [i, { id }] of group.students.entries()) await call(id, NAMES[i % NAMES.length] ?? '');
  return group;
};
const biology = await fill('Biology 2b', 'BIO-2B', NAMES.length);
const { teacher } = biology;
await call(teacher.id, 'Ada Field');

const records = hub.connection.collection('records');
const statuses = [
  'present',
  'present',
  'present',
  'present',
  'present',
  'present',
  'late',
  'present',
  'absent',
  'excused',
];
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
      status: statuses[(i * 7 + day * 3) % statuses.length],
      source: 'teacher',
      by: oid(teacher.id),
      at,
      version: i + 1,
      writtenAt: at,
    })),
  );
}

const session = await send<{ id: string; code: string }>(teacher.token, 'POST', '/api/v1/sessions', {
  classId: biology.id,
  methods: ['teacher', 'code', 'qr'],
  room: 'Room 14',
});
const staff = await connectRaw('plain', web.url, { token: teacher.token });
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

type Shot = {
  name: string;
  person: { id: string } | undefined;
  path: string;
  size: keyof typeof SIZES;
  ready: string;
};
const student = biology.students[3];
const admin = await hub.school.person('admin');
await call(admin.id, 'Office');
const CHOSEN: Shot[] = [
  {
    name: 'register',
    person: teacher,
    path: `/teach/${biology.id}`,
    size: 'wide',
    ready: 'text=Yusuf Demir',
  },
  { name: 'board', person: teacher, path: `/board/${session.id}`, size: 'projector', ready: 'svg' },
  { name: 'student', person: student, path: '/', size: 'phone', ready: 'text=Biology 2b' },
];
const EVERY: Omit<Shot, 'size'>[] = [
  { name: 'sign-in', person: undefined, path: '/', ready: 'button' },
  { name: 'classes', person: teacher, path: '/', ready: 'text=Biology 2b' },
  { name: 'register', person: teacher, path: `/teach/${biology.id}`, ready: 'text=Yusuf Demir' },
  { name: 'sessions', person: teacher, path: `/teach/${biology.id}/sessions`, ready: 'h1' },
  { name: 'settings', person: teacher, path: `/teach/${biology.id}/settings`, ready: 'h1' },
  { name: 'analytics', person: teacher, path: '/analytics', ready: 'h1' },
  { name: 'board', person: teacher, path: `/board/${session.id}`, ready: 'svg' },
  { name: 'student', person: student, path: '/', ready: 'text=Biology 2b' },
  { name: 'history', person: student, path: `/my/${biology.id}`, ready: 'h1' },
  { name: 'check-in', person: student, path: '/check-in', ready: 'h1' },
  { name: 'account', person: student, path: '/account', ready: 'h1' },
  { name: 'admin-classes', person: admin, path: '/', ready: 'h1' },
  { name: 'admin-people', person: admin, path: '/admin/people', ready: 'h1' },
  { name: 'admin-sections', person: admin, path: '/admin/sections', ready: 'h1' },
  { name: 'admin-devices', person: admin, path: '/admin/devices', ready: 'h1' },
  { name: 'admin-import', person: admin, path: '/admin/import', ready: 'h1' },
  { name: 'admin-sessions', person: admin, path: '/admin/sessions', ready: 'h1' },
  { name: 'admin-records', person: admin, path: '/admin/records', ready: 'h1' },
  { name: 'admin-review', person: admin, path: '/admin/review', ready: 'h1' },
];

const settled = async (page: Page, ready: string) => {
  await page.locator(ready).first().waitFor();
  await page.waitForLoadState('networkidle');
  await page.evaluate('document.fonts.ready');
};

const all = process.argv.indexOf('--all');
const only = process.argv[all + 2];
const folder =
  all > 0 ? (process.argv[all + 1] ?? 'screens') : fileURLToPath(new URL('../docs/screens', import.meta.url));
mkdirSync(folder, { recursive: true });
const shots =
  all > 0
    ? EVERY.filter(({ name }) => only === undefined || name.includes(only)).flatMap((shot) =>
        (Object.keys(SIZES) as (keyof typeof SIZES)[]).map((size) => ({ ...shot, size })),
      )
    : CHOSEN;
for (const { name, person, path, size, ready } of shots)
  for (const colorScheme of ['light', 'dark'] as const) {
    const options = { viewport: SIZES[size], colorScheme };
    const page = person
      ? await web.signedIn(person, path, options)
      : await (await web.context(options)).newPage();
    if (!person) await page.goto(path);
    try {
      await settled(page, ready);
    } catch (error) {
      console.log(`${name} ${size}: ${String(error).split('\n')[0]}`);
    }
    await page.screenshot({ path: `${folder}/${name}${all > 0 ? `-${size}` : ''}-${colorScheme}.png` });
    await page.context().close();
  }
await web.stop();
await stopSharedRedis();
await stopEngine();
