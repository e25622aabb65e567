import { OpenAPIRegistry, OpenApiGeneratorV31, type ResponseConfig } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { FAULTS, type FaultCode } from '../../shared/faults.ts';
import { Failure } from '../../shared/rest/common.ts';
import { refusalOf } from './auth.ts';
import { isDownload } from './download.ts';
import { statusOf } from './faults.ts';
import type { Declaration, Route } from './route.ts';

const Finding = z.object({ status: z.enum(['ok', 'down']), ms: z.int(), note: z.string().optional() });
const Health = z.object({ status: z.enum(['ok', 'draining']) });
const HealthDetailed = z.object({
  status: z.enum(['ok', 'degraded', 'draining']),
  version: z.string(),
  uptimeSeconds: z.int(),
  checks: z.record(z.string(), Finding),
});

/** The pages that are not declared as routes because they answer without the envelope. */
const PAGES: readonly { path: string; summary: string; type: string; schema: z.ZodType; also503?: true }[] = [
  {
    path: '/health',
    summary: 'Whether it takes requests.',
    type: 'application/json',
    schema: Health,
    also503: true,
  },
  {
    path: '/health/detailed',
    summary: 'How each part fares.',
    type: 'application/json',
    schema: HealthDetailed,
    also503: true,
  },
  {
    path: '/metrics',
    summary: "Figures in Prometheus's text format.",
    type: 'text/plain',
    schema: z.string(),
  },
  {
    path: '/openapi.json',
    summary: 'This description.',
    type: 'application/json',
    schema: z.looseObject({}),
  },
  { path: '/docs', summary: 'This description, to read and try.', type: 'text/html', schema: z.string() },
  { path: '/', summary: 'What runs here.', type: 'text/html', schema: z.string() },
];

/** The OpenAPI 3.1 description of every route, made from the declarations that the server checks by. */
export const describeApi = ({ routes, version }: { routes: readonly Route[]; version: string }): object => {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token: `Authorization: Bearer <token>`, or the bare token without "Bearer".',
  });
  registry.registerComponent('securitySchemes', 'deviceKey', {
    type: 'apiKey',
    in: 'header',
    name: 'X-Device-Key',
    description: 'The key of a device, as it was told when the device was made.',
  });
  // A dialect's body beside our own, under one path: the path is described once.
  for (const { declaration } of routes) if (!declaration.takes) describeRoute(registry, declaration);
  for (const { path, summary, type, schema, also503 } of PAGES) {
    const answer = { description: summary, content: { [type]: { schema } } };
    registry.registerPath({
      method: 'get',
      path,
      operationId: operationId('get', path),
      summary,
      tags: ['service'],
      security: [],
      responses: {
        200: answer,
        ...(also503 ? { 503: { ...answer, description: 'Not at the moment.' } } : {}),
      },
    });
  }
  return new OpenApiGeneratorV31(registry.definitions, { sortComponents: 'alphabetically' }).generateDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Rollcall',
        version,
        description:
          'Real-time attendance. Every answer is `{ success: true, data }` or `{ success: false, error, code }`; ' +
          'times are ISO 8601 in UTC. The live events run over Socket.IO and `/ws`.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
    },
  );
};

function describeRoute(registry: OpenAPIRegistry, declaration: Declaration): void {
  const {
    method,
    summary,
    description,
    tags,
    params,
    query,
    body,
    upload,
    reply,
    status = 200,
  } = declaration;
  const path = declaration.path.replace(/:(\w+)/g, '{$1}');
  const { envelope, form } = declaration;
  const Success = envelope?.successSchema(reply) ?? z.object({ success: z.literal(true), data: reply });
  const content = isDownload(reply)
    ? { 'text/csv': { schema: z.string() } }
    : { 'application/json': { schema: Success } };
  registry.registerPath({
    method,
    path,
    operationId: operationId(method, declaration.path),
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [...tags],
    security: securityOf(declaration),
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined
        ? {}
        : {
            body: {
              required: true,
              content: {
                'application/json': { schema: body },
                ...(form ? { 'application/x-www-form-urlencoded': { schema: body } } : {}),
              },
            },
          }),
      ...(upload === undefined
        ? {}
        : { body: { required: true, content: { [upload.type]: { schema: z.string() } } } }),
    },
    responses: {
      [status]: {
        description: summary,
        content: {
          ...content,
          ...(upload === undefined ? {} : { 'application/x-ndjson': { schema: z.string() } }),
        },
      },
      ...failures(declaration),
    },
  });
}

function securityOf({ roles }: Declaration): Record<string, string[]>[] {
  if (roles === 'public') return [];
  const people = roles.some((role) => role !== 'device');
  return [...(people ? [{ bearer: [] }] : []), ...(roles.includes('device') ? [{ deviceKey: [] }] : [])];
}

/** The failures of a route, by status; each code with its text as an example. */
function failures(declaration: Declaration): Record<string, ResponseConfig> {
  const { roles, params, query, body, upload, limit, faults = [] } = declaration;
  const { envelope, textFor } = declaration;
  const codes = new Set<FaultCode>(faults);
  const textOf = (code: FaultCode) => textFor?.[code] ?? FAULTS[code].text;
  const example = (code: FaultCode) => {
    const failure: Failure = { success: false, error: textOf(code), code };
    return { value: envelope?.failure(failure) ?? failure };
  };
  if (roles !== 'public') codes.add('UNAUTHORIZED').add(refusalOf(declaration));
  if (params ?? query ?? body ?? upload) codes.add('INVALID_REQUEST');
  if (body ?? upload) codes.add('BODY_TOO_LARGE');
  if (limit) codes.add('RATE_LIMITED');
  codes.add('STORE_UNAVAILABLE').add('INTERNAL');

  const byStatus = new Map<number, FaultCode[]>();
  for (const code of codes) {
    const status = statusOf(code, declaration);
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, list]) => [
      status,
      {
        description: list.map(textOf).join(' · '),
        content: {
          'application/json': {
            schema: envelope?.failureSchema ?? Failure,
            examples: Object.fromEntries(list.map((code) => [code, example(code)])),
          },
        },
      },
    ]),
  );
}

const operationId = (method: string, path: string) =>
  `${method}${path
    .split(/[/.:-]+/)
    .filter(Boolean)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')}`;
