import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, type ClientOptions, createClient, type Transport } from '../shared/client/index.ts';
import { unwrap } from '../shared/client/transport.ts';
import { Fault } from '../shared/faults.ts';
import type { Visibility } from '../shared/protocol/index.ts';
import type { LoggedIn, Me, Tokens } from '../shared/rest/auth.ts';
import type { ClassView } from '../shared/rest/classes.ts';

/** How often a request that was refused for now is made, and the longest pause between, in ms. */
const TRIES = 30;
const LONGEST_PAUSE_MS = 5_000;

/** One request: resolves with the data of the answer, rejects with the Fault. */
export type Rest = (
  method: 'GET' | 'POST',
  path: string,
  options?: { token?: string; body?: object },
) => Promise<unknown>;

/** Speaks REST with a server: the data of the answer, or its Fault. What may pass by is tried again. */
export const createRest =
  (url: string): Rest =>
  async (method, path, { token, body } = {}) => {
    for (let tries = 1; ; tries++) {
      const response = await fetch(new URL(path, url), {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      try {
        return unwrap(await response.json());
      } catch (cause) {
        if (!(cause instanceof Fault) || !cause.kind.retry || tries === TRIES) throw cause;
        const asked = Number(response.headers.get('retry-after') ?? 1) * 1000;
        await pause(Math.random() * Math.min(LONGEST_PAUSE_MS, asked * tries));
      }
    }
  };

/** Runs `task` over the items, `width` at a time, results in the items' order. */
export const inParallel = async <T, R>(
  items: readonly T[],
  width: number,
  task: (item: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const results: R[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < items.length; i = next++) results[i] = await task(items[i] as T, i);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
};

/** Somebody with an account, logged in. */
export type Person = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** A current access token; fetches a fresh one when the old is about to end. */
  token(): Promise<string>;
  /** A client of theirs; the caller connects and closes it. */
  client(transport: Transport, options?: Partial<ClientOptions>): Client;
};

/** How many people sign up or log in at once: a password takes the server some 60 ms of one core. */
const AT_ONCE = 8;
/** How long before its end a token is exchanged, in ms; a shorter-lived one at half its life. */
const LEAD_MS = 60_000;

/** Fills a school over REST, as its people would; every name and address is new with every school. */
export const createSchool = (rest: Rest) => {
  const run = randomBytes(5).toString('hex');
  const password = randomBytes(12).toString('base64url');

  const person = async (role: 'teacher' | 'student', name: string): Promise<Person> => {
    const email = `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '.')}.${run}@school.example`;
    const { id } = (await rest('POST', '/api/v1/auth/register', {
      body: { name, email, password, role },
    })) as Me;
    let since = Date.now();
    let tokens = (await rest('POST', '/api/v1/auth/login', { body: { email, password } })) as
      | LoggedIn
      | Tokens;
    let renewing: Promise<Tokens> | undefined;
    const token = async () => {
      const end = Date.parse(tokens.expiresAt);
      if (end - Date.now() < Math.min(LEAD_MS, (end - since) / 2)) {
        // A refresh token is good for one use: whoever asks meanwhile waits for the same exchange.
        renewing ??= rest('POST', '/api/v1/auth/refresh', {
          body: { refreshToken: tokens.refreshToken },
        }).then((fresh) => fresh as Tokens);
        tokens = await renewing.finally(() => {
          renewing = undefined;
          since = Date.now();
        });
      }
      return tokens.accessToken;
    };
    return {
      id,
      name,
      email,
      token,
      client: (transport, options = {}) => createClient({ transport, token, ...options }),
    };
  };

  return {
    person,
    people: (role: 'teacher' | 'student', names: readonly string[]) =>
      inParallel(names, AT_ONCE, (name) => person(role, name)),

    /** Creates a class and puts its people in. Returns its id. */
    async class({
      className,
      teacher,
      coTeachers = [],
      students,
      visibility = 'private',
    }: {
      className: string;
      teacher: Person;
      coTeachers?: readonly Person[];
      students: readonly Person[];
      visibility?: Visibility;
    }): Promise<string> {
      const token = await teacher.token();
      const made = await rest('POST', '/api/v1/classes', { token, body: { className, visibility } });
      const { id } = made as ClassView;
      for (const { id: userId } of coTeachers)
        await rest('POST', `/api/v1/classes/${id}/co-teachers`, { token, body: { userId } });
      await inParallel(students, AT_ONCE, ({ id: studentId }) =>
        rest('POST', `/api/v1/classes/${id}/students`, { token, body: { studentId } }),
      );
      return id;
    },
  };
};
export type School = ReturnType<typeof createSchool>;
