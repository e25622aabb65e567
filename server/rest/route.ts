import type { z } from 'zod';
import { Fault, type FaultCode, type FaultDetail } from '../../shared/faults.ts';
import type { Failure } from '../../shared/rest/common.ts';
import type { Role } from '../../shared/status.ts';
import type { Who } from '../domain/who.ts';
import type { BrowserLogin } from './cookie.ts';
import type { Incoming, Upload } from './upload.ts';

/** Who may call: anyone at all, or the signed-in of some roles. */
export type Access = 'public' | readonly Role[];

/** How often one address or one account may call, per minute (times LIMIT_SCALE). */
export type RouteLimit = { readonly perMinute: number; readonly by: 'ip' | 'account' };

/** How the answers of a dialect look on the wire. */
export type Envelope = {
  readonly success: (data: unknown) => unknown;
  readonly failure: (failure: Failure) => unknown;
  /** What the two look like, for the docs. */
  readonly successSchema: (data: z.ZodType) => z.ZodType;
  readonly failureSchema: z.ZodType;
};

type Maybe = z.ZodType | undefined;
type ObjectOrNot = z.ZodObject | undefined;

/** A route as it is written down: the server checks by it and the docs are made from it. */
export type Declaration<
  A extends Access = Access,
  P extends ObjectOrNot = ObjectOrNot,
  Q extends ObjectOrNot = ObjectOrNot,
  B extends Maybe = Maybe,
  R extends z.ZodType = z.ZodType,
> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** Express's spelling: `/class/:id`. */
  readonly path: string;
  readonly roles: A;
  /** What the wrong role is told; by default what the roles suggest. */
  readonly refusal?: FaultCode;
  /** One sentence for the docs. */
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** In place of `body`: a body that is read as it comes (see upload.ts). */
  readonly upload?: Upload;
  /** The longest body that is read, in bytes, where it is not the usual one. */
  readonly maxBodyBytes?: number;
  /** The answer's data. Fields that it does not name never leave the server. */
  readonly reply: R;
  readonly status?: 200 | 201;
  /** Failures to document beyond those that follow from the rest. */
  readonly faults?: readonly FaultCode[];
  /** Statuses that differ from the fault's own, for dialects. */
  readonly statusFor?: { readonly [code in FaultCode]?: number };
  /** Sentences that differ from the fault's own, for dialects. */
  readonly textFor?: { readonly [code in FaultCode]?: string };
  /** The product's own where there is none. */
  readonly envelope?: Envelope;
  /** The path for which the browser keeps the web app's log-in: the route may read and set that cookie. */
  readonly cookie?: string;
  /** True: the body may come as a form. */
  readonly form?: true;
  /** Where another route has the same method and path: whether this body is meant for this one. */
  readonly takes?: (body: unknown) => boolean;
  readonly limit?: RouteLimit;
};

type Out<S extends Maybe> = S extends z.ZodType ? z.output<S> : undefined;

/** What a handler gets. */
export type Call<A extends Access, P extends Maybe, Q extends Maybe, B extends Maybe> = {
  readonly params: Out<P>;
  readonly query: Out<Q>;
  readonly body: Out<B>;
  readonly who: A extends 'public' ? undefined : Who;
  /** The client's address, as far as the configured proxies are to be believed. */
  readonly ip: string;
  /** Of a route with a `cookie`. */
  readonly browser: BrowserLogin;
};

/** A request as it arrives, unchecked but for the caller's identity. */
export type RawCall = {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
  readonly who: Who | undefined;
  readonly ip: string;
  readonly upload?: Incoming | undefined;
  readonly browser?: BrowserLogin | undefined;
};

/** A declared route and its checked handler. */
export type Route = { readonly declaration: Declaration; readonly run: (call: RawCall) => Promise<unknown> };

const NO_BROWSER: BrowserLogin = { cookie: undefined, set: () => {} };

/** Declares a route. The handler sees validated input only, and answers with what `reply` describes. */
export const route = <
  const A extends Access,
  R extends z.ZodType,
  P extends ObjectOrNot = undefined,
  Q extends ObjectOrNot = undefined,
  B extends Maybe = undefined,
>(
  declaration: Declaration<A, P, Q, B, R>,
  handle: (call: Call<A, P, Q, B>) => Promise<z.input<R>>,
): Route => ({
  declaration: declaration as unknown as Declaration,
  run: async ({ params, query, body, who, ip, browser = NO_BROWSER }) => {
    refuseUnsafeKeys('body', body);
    refuseUnsafeKeys('query', query);
    const call = {
      params: checked(declaration.params, params, 'params'),
      query: checked(declaration.query, query, 'query'),
      body: checked(declaration.body, body, 'body'),
      who: who as A extends 'public' ? undefined : Who,
      ip,
      browser,
    };
    return declaration.reply.parse(await handle(call));
  },
});

/** What zod found, one line per problem. */
export const detailsOf = (error: z.ZodError, within?: string): FaultDetail[] =>
  error.issues.map((issue) => ({
    path: [...(within === undefined || within === 'body' ? [] : [within]), ...issue.path].join('.'),
    message: issue.message,
  }));

function checked<S extends Maybe>(schema: S | undefined, value: unknown, where: string): Out<S> {
  if (schema === undefined) return undefined as Out<S>;
  const parsed = (schema as z.ZodType).safeParse(value);
  if (!parsed.success) throw new Fault('INVALID_REQUEST', { details: detailsOf(parsed.error, where) });
  return parsed.data as Out<S>;
}

const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const isUnsafe = (key: string) => PROTOTYPE_KEYS.has(key) || key.includes('$') || key.includes('.');

/** Query operators and prototype keys have no place in any request, whatever its schema. Not recursive: depth is the sender's. */
export const refuseUnsafeKeys = (where: string, value: unknown): void => {
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next !== 'object' || next === null) continue;
    for (const [key, inner] of Object.entries(next)) {
      if (isUnsafe(key))
        throw new Fault('INVALID_REQUEST', {
          details: [{ path: where, message: 'holds a key that is not allowed' }],
        });
      rest.push(inner);
    }
  }
};
