import { expect } from 'chai';
import { createClasses } from '../../server/data/classes.ts';
import { studentIdOf, type UserId } from '../../shared/ids.ts';
import type { Visibility } from '../../shared/protocol/index.ts';
import { type Answer, call, connectRaw, type Heard, type Raw, type TestHub, type Wire } from './hub.ts';

/** Somebody with a token. */
export type Someone = { readonly id: UserId; readonly token: string };

/** A class with an owner, a co-teacher and three students, before any session. */
export const newClass = async (hub: TestHub, visibility: Visibility = 'private') => {
  const { school } = hub;
  const [made, bo] = await Promise.all([school.class(3, visibility), school.person('teacher')]);
  await createClasses(hub.connection).addCoTeacher(made.id, bo.id);
  const [cy, di, ed] = made.students as [Someone, Someone, Someone];
  return { classId: made.id, ada: made.teacher as Someone, bo: bo as Someone, cy, di, ed };
};
export type NewClass = Awaited<ReturnType<typeof newClass>>;

/** Starts a session; answers with it. */
export const begin = async (hub: Pick<TestHub, 'url'>, { classId, ada }: NewClass) => {
  const { status, data } = await call(hub.url, 'POST', '/api/v1/sessions', ada.token, { classId });
  expect(status).to.equal(201);
  return data as { id: string; openedAt: string; closesAt: string };
};

/** A class like `newClass`, with a session under way. */
export const liveClass = async (hub: TestHub, visibility: Visibility = 'private') => {
  const made = await newClass(hub, visibility);
  return { ...made, session: await begin(hub, made) };
};
export type LiveClass = Awaited<ReturnType<typeof liveClass>>;

/** The data of an answer that must be a success. */
export const good = <T = Record<string, unknown>>(answer: Answer): T => {
  expect(answer.success, JSON.stringify(answer)).to.equal(true);
  return answer.data as T;
};

/** A refusal as it comes over the wire. */
export const refused = (error: string, code: string) => ({ success: false, error, code });

/** The names of what was heard, in order. */
export const names = ({ heard }: Pick<Raw, 'heard'>): string[] => heard.map(({ event }) => event);

/** What was heard under one name, in order. */
export const said = ({ heard }: Pick<Raw, 'heard'>, event: string): Heard['data'][] =>
  heard.filter((news) => news.event === event).map(({ data }) => data);

/** Resolves when the server has let this connection in: it answers, and hears what is told from now on. */
export const seated = async (raw: Raw): Promise<Raw> => {
  expect((await raw.ask('ARE_YOU_THERE')).code).to.equal('UNKNOWN_EVENT');
  return raw;
};

/** Opens connections and closes them all at the end of a test. */
export const createDoor = () => {
  const opened: Raw[] = [];
  return {
    async enter(wire: Wire, { url }: Pick<TestHub, 'url'>, { token }: Pick<Someone, 'token'>): Promise<Raw> {
      const raw = await connectRaw(wire, url, { token });
      opened.push(raw);
      return await seated(raw);
    },
    keep(raw: Raw): Raw {
      opened.push(raw);
      return raw;
    },
    closeAll(): void {
      for (const raw of opened.splice(0)) raw.close();
    },
  };
};

/** Puts a student on a roster or takes one off, over REST. */
export const roster = (
  { url }: Pick<TestHub, 'url'>,
  { classId, ada }: Pick<NewClass, 'classId' | 'ada'>,
  change: { add: Someone } | { remove: Someone },
) => {
  const path = `/api/v1/classes/${classId}/students`;
  return 'add' in change
    ? call(url, 'POST', path, ada.token, { studentId: studentIdOf(change.add.id) })
    : call(url, 'DELETE', `${path}/${change.remove.id}`, ada.token);
};

/** Makes somebody a co-teacher or takes the class from them, over REST. */
export const coTeachers = (
  { url }: Pick<TestHub, 'url'>,
  { classId, ada }: Pick<NewClass, 'classId' | 'ada'>,
  change: { add: Someone } | { remove: Someone },
) => {
  const path = `/api/v1/classes/${classId}/co-teachers`;
  return 'add' in change
    ? call(url, 'POST', path, ada.token, { userId: change.add.id })
    : call(url, 'DELETE', `${path}/${change.remove.id}`, ada.token);
};
