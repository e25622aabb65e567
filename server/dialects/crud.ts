import type { z } from 'zod';
import type { FaultCode } from '../../shared/faults.ts';
import { CoursesGone, CoursesPath } from '../../shared/rest/courses.ts';
import type { Role } from '../../shared/status.ts';
import type { Who } from '../domain/who.ts';
import { type Route, route } from '../rest/route.ts';
import { errorEnvelope as envelope } from './envelopes.ts';

/** One resource of the third system: its shapes, who may, and the services behind it. `one`, `many`: for the docs. */
export type Resource<View, New, Patch, Query> = {
  readonly path: string;
  readonly one: string;
  readonly many: string;
  readonly readers: readonly Role[];
  readonly writers: readonly Role[];
  readonly view: z.ZodType<View, View>;
  readonly body: z.ZodType<New>;
  readonly patch: z.ZodType<Patch>;
  readonly query: z.ZodObject & z.ZodType<Query>;
  /** What an unknown id is answered with. */
  readonly missing: FaultCode;
  /** What may go wrong with a creation or a change. */
  readonly faults: readonly FaultCode[];
  list(who: Who, query: Query): Promise<View[]>;
  create(who: Who, body: New): Promise<View>;
  read(who: Who, id: string): Promise<View>;
  update(who: Who, id: string, patch: Patch): Promise<View>;
  remove(who: Who, id: string): Promise<void>;
};

/** The routes of a resource: list, create, read, change (PUT and PATCH alike: what is named) and delete. */
export const crud = <View, New, Patch, Query>(of: Resource<View, New, Patch, Query>): Route[] => {
  const { path, one, many, readers, writers, view, missing, faults } = of;
  const common = { tags: ['devices dialect (/api)'], envelope };
  const single = { ...common, path: `${path}/:id`, params: CoursesPath };
  return [
    route(
      {
        ...common,
        method: 'get',
        path,
        roles: readers,
        summary: `${many}, as a bare array: 10,000 at most unless asked for less; the rest by \`cursor\`.`,
        query: of.query,
        reply: view.array(),
      },
      async ({ who, query }) => await of.list(who as Who, query as Query),
    ),
    route(
      {
        ...common,
        method: 'post',
        path,
        roles: writers,
        summary: `Make ${one}.`,
        body: of.body,
        reply: view,
        status: 201,
        faults,
      },
      async ({ who, body }) => await of.create(who as Who, body as New),
    ),
    route(
      {
        ...single,
        method: 'get',
        roles: readers,
        summary: `Read ${one}.`,
        reply: view,
        faults: [missing],
      },
      async ({ who, params }) => await of.read(who as Who, params.id),
    ),
    ...(['put', 'patch'] as const).map((method) =>
      route(
        {
          ...single,
          method,
          roles: writers,
          summary: `Change what is named of ${one}.`,
          body: of.patch,
          reply: view,
          faults: [missing, ...faults],
        },
        async ({ who, params, body }) => await of.update(who as Who, params.id, body as Patch),
      ),
    ),
    route(
      {
        ...single,
        method: 'delete',
        roles: writers,
        summary: `Delete ${one}.`,
        reply: CoursesGone,
        faults: [missing, 'STILL_IN_USE'],
      },
      async ({ who, params }) => {
        await of.remove(who as Who, params.id);
        return { id: params.id };
      },
    ),
  ];
};
