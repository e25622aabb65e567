import { expect } from 'chai';
import { startApp, type TestApp } from '../support/app.ts';
import { ask, newPerson } from '../support/http.ts';

type Operation = {
  summary?: string;
  tags?: string[];
  operationId?: string;
  security?: object[];
  parameters?: { name: string; in: string }[];
  requestBody?: object;
  responses: Record<string, { content?: Record<string, { schema?: object }> }>;
};

describe('REST: docs, metrics and pages', () => {
  let app: TestApp;
  let spec: {
    openapi: string;
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, object>; securitySchemes: Record<string, object> };
  };
  let operations: [string, Operation][];

  before(async () => {
    app = await startApp();
    spec = (await ask(app.url, 'GET /openapi.json')).body as typeof spec;
    operations = Object.entries(spec.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method.toUpperCase()} ${path}`,
        operation,
      ]),
    );
  });
  after(() => app.close());

  it('openapi.json lists every route that there is', () => {
    expect(spec.openapi).to.equal('3.1.0');
    expect(operations.map(([line]) => line).sort()).to.deep.equal(
      [
        'GET /',
        'GET /docs',
        'GET /health',
        'GET /health/detailed',
        'GET /metrics',
        'GET /openapi.json',
        'POST /api/v1/auth/register',
        'GET /api/v1/auth/sign-up',
        'POST /api/v1/auth/login',
        'POST /api/v1/auth/session',
        'POST /api/v1/auth/session/token',
        'DELETE /api/v1/auth/session',
        'POST /api/v1/auth/refresh',
        'POST /api/v1/auth/logout',
        'GET /api/v1/auth/me',
        'POST /api/v1/auth/password',
        'POST /api/v1/auth/ws-ticket',
        'POST /api/v1/users',
        'GET /api/v1/users',
        'GET /api/v1/users/{id}',
        'PATCH /api/v1/users/{id}',
        'POST /api/v1/classes',
        'GET /api/v1/classes',
        'GET /api/v1/classes/{id}',
        'PATCH /api/v1/classes/{id}',
        'DELETE /api/v1/classes/{id}',
        'POST /api/v1/classes/{id}/co-teachers',
        'DELETE /api/v1/classes/{id}/co-teachers/{userId}',
        'POST /api/v1/classes/{id}/students',
        'DELETE /api/v1/classes/{id}/students/{studentId}',
        'POST /auth/signup',
        'POST /signup',
        'POST /auth/login',
        'POST /login',
        'GET /auth/me',
        'GET /me',
        'POST /class',
        'POST /class/{id}/add-student',
        'GET /class/{id}',
        'GET /students',
        'POST /attendance/start',
        'GET /class/{id}/my-attendance',
      ].sort(),
    );
  });

  it('describes each with a summary, tags, security, parameters, success and failures', () => {
    for (const [line, operation] of operations) {
      expect(operation.summary, line).to.match(/\w.*[.;:…]?$/);
      expect(operation.tags, line).to.be.an('array').that.is.not.empty;
      expect(operation.security, line).to.be.an('array');
      const inPath = [...line.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const described = (operation.parameters ?? [])
        .filter((one) => one.in === 'path')
        .map((one) => one.name);
      expect(described, line).to.deep.equal(inPath);
      if (/^(POST|PATCH) .*\/(login|classes|users)$/.test(line))
        expect(operation.requestBody, line).to.be.an('object');
      if (operation.security?.length) expect(operation.responses, line).to.include.keys('401', '403');
      for (const [status, response] of Object.entries(operation.responses)) {
        if (!response.content?.['application/json'] || line.startsWith('GET /health')) continue;
        const schema = JSON.stringify(response.content['application/json'].schema);
        if (Number(status) >= 400) expect(schema, line).to.equal('{"$ref":"#/components/schemas/Failure"}');
      }
    }
    const ids = operations.map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).to.equal(ids.length);
    expect(spec.components.securitySchemes).to.have.keys('bearer', 'deviceKey');
  });

  it('refers only to schemas that it holds', () => {
    const refs = [...JSON.stringify(spec).matchAll(/#\/components\/schemas\/([^"]+)/g)].map(
      ([, name]) => name,
    );
    expect(refs.length).to.be.greaterThan(10);
    for (const name of refs) expect(spec.components.schemas).to.include.keys(name ?? '');
  });

  it('tells the statuses that a dialect answers with', () => {
    const login = Object.fromEntries(operations)['POST /login'];
    expect(Object.keys(login?.responses ?? {}))
      .to.include('400')
      .and.not.to.include('401');
  });

  for (const page of ['/', '/docs'])
    it(`${page} is a page whose every file is there, with nothing inline`, async () => {
      const { status, headers, body } = await ask(app.url, `GET ${page}`);
      expect([status, headers.get('content-type')?.replace(' ', '')]).to.deep.equal([
        200,
        'text/html;charset=utf-8',
      ]);
      const html: string = body.data;
      expect(html).not.to.match(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/i);
      const files = [...html.matchAll(/\s(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path);
      expect(files).to.not.be.empty;
      for (const file of files) {
        const answer = await fetch(app.url + file);
        const text = await answer.text();
        expect([file, answer.status]).to.deep.equal([file, 200]);
        expect(text.length, file).to.be.greaterThan(0);
        if (file?.endsWith('.css')) expect(answer.headers.get('content-type')).to.include('text/css');
        if (file?.endsWith('.js')) expect(answer.headers.get('content-type')).to.include('javascript');
      }
    });

  it('serves no file beside those', async () => {
    for (const path of [
      '/docs/swagger-ui-bundle.js.map',
      '/docs/package.json',
      '/pages/',
      '/docs/..%2f..%2fapp.ts',
    ])
      expect((await ask(app.url, `GET ${path}`)).status, path).to.equal(404);
  });

  it('counts requests by route template and status, never by the path as sent', async () => {
    const { token } = await newPerson(app.url, 'teacher');
    const id = 'a'.repeat(24);
    await ask(app.url, `GET /class/${id}`, { token });
    await ask(app.url, 'GET /guess-what');
    const { headers, body } = await ask(app.url, 'GET /metrics');
    expect(headers.get('content-type')).to.include('text/plain');
    const text: string = body.data;
    expect(text).to.include(
      'rollcall_http_request_seconds_count{method="GET",route="/class/:id",status="404"} 1',
    );
    expect(text).to.include('route="none"').and.to.include('nodejs_eventloop_lag');
    expect(text).not.to.include(id).and.not.to.include('guess-what');
  });

  it('looks at each part for /health/detailed', async () => {
    const { status, body } = await ask(app.url, 'GET /health/detailed');
    expect(status).to.equal(200);
    expect(body).to.include({ status: 'ok', version: '0.0.0-test' });
    expect(body).to.have.nested.property('checks.mongo.status', 'ok');
  });
});
