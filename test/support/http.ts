import { randomBytes } from 'node:crypto';

/** An answer: its status, its headers and its JSON, whatever that is. */
export type Answer = { status: number; headers: Headers; body: Body };
type Body = {
  success?: boolean;
  error?: string;
  code?: string;
  id?: string;
  details?: { path: string; message: string }[];
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server sent; the test says what it should be
  data?: any;
};

export type Ask = {
  token?: string | undefined;
  body?: unknown;
  /** A body as it goes over the wire, in place of `body`. */
  raw?: string | Buffer;
  headers?: Record<string, string>;
};

/** Sends one request to a server under test. */
export const ask = async (
  base: string,
  line: string,
  { token, body, raw, headers }: Ask = {},
): Promise<Answer> => {
  const [method = 'GET', path = '/'] = line.split(' ');
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(payload === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(payload === undefined
      ? {}
      : { body: typeof payload === 'string' ? payload : new Uint8Array(payload) }),
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? JSON.parse(text) : { data: text },
  };
};

/** Someone with an account and a log-in. */
export type Person = {
  id: string;
  name: string;
  email: string;
  password: string;
  token: string;
  refreshToken: string;
};

const must = (answer: Answer, status: number): Answer => {
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
};

/** Signs someone up and logs them in, under /api/v1. */
export const newPerson = async (base: string, role: 'teacher' | 'student'): Promise<Person> => {
  const tag = randomBytes(6).toString('hex');
  const who = { name: `${role} ${tag}`, email: `${role}-${tag}@school.test`, password: `password of ${tag}` };
  const made = must(await ask(base, 'POST /api/v1/auth/register', { body: { ...who, role } }), 201);
  return { ...who, id: made.body.data.id, ...(await logIn(base, who)) };
};

/** Logs someone in once more, under /api/v1. */
export const logIn = async (
  base: string,
  { email, password }: { email: string; password: string },
): Promise<{ token: string; refreshToken: string }> => {
  const { body } = must(await ask(base, 'POST /api/v1/auth/login', { body: { email, password } }), 200);
  return { token: body.data.accessToken, refreshToken: body.data.refreshToken };
};

/** Makes a class of a teacher's; answers with its id. */
export const newClass = async (base: string, teacher: Person, className = 'Geography'): Promise<string> =>
  must(await ask(base, 'POST /api/v1/classes', { token: teacher.token, body: { className } }), 201).body.data
    .id;

/** Puts a student on a class's roster. */
export const enrol = async (
  base: string,
  teacher: Person,
  classId: string,
  student: Person,
): Promise<void> => {
  const body = { studentId: student.id };
  must(await ask(base, `POST /api/v1/classes/${classId}/students`, { token: teacher.token, body }), 200);
};
