import { z } from 'zod';
import { FAULTS } from '../shared/faults.ts';
import {
  COMMANDS,
  type Command,
  EVENTS,
  type Event,
  PLAIN_CLASS_PATH,
  PLAIN_PATH,
} from '../shared/protocol/index.ts';

const LARGEST = Number.MAX_SAFE_INTEGER;

/** The JSON Schema of a message's data, as a sender may write it. */
const schemaOf = (type: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...schema } = z.toJSONSchema(type, {
    target: 'draft-07',
    io: 'input',
    override({ jsonSchema }) {
      // The bounds of safe integers, and the pattern behind a format that says it already, only hide the rest.
      if (jsonSchema.maximum === LARGEST) delete jsonSchema.maximum;
      if (jsonSchema.minimum === -LARGEST) delete jsonSchema.minimum;
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
    },
  });
  return schema;
};

const commands: readonly Command[] = Object.values(COMMANDS);
const events: readonly Event[] = EVENTS;
/** Two events of one name differ by their audience. */
const keyOf = ({ name, audience }: Event) => `${name}-to-${audience.join('-and-')}`;

const frame = (name: string, data: string, id?: 'optional') => ({
  type: 'object',
  properties: {
    event: { const: name },
    data: { $ref: `#/components/schemas/${data}` },
    ...(id && { id: { type: ['number', 'string'] } }),
  },
  required: ['event', 'data'],
});
const acknowledgement = (reply: string) => ({
  type: 'object',
  properties: {
    event: { const: 'ACK' },
    id: { type: ['number', 'string'] },
    data: {
      oneOf: [
        {
          type: 'object',
          properties: { success: { const: true }, data: { $ref: `#/components/schemas/${reply}` } },
          required: ['success', 'data'],
        },
        { $ref: '#/components/schemas/Refusal' },
      ],
    },
  },
  required: ['event', 'id', 'data'],
});

const REFUSAL = {
  type: 'object',
  properties: {
    success: { const: false },
    error: { type: 'string' },
    code: { type: 'string', enum: Object.keys(FAULTS) },
    details: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
  },
  required: ['success', 'error', 'code'],
};

const DESCRIPTION = [
  'The live events, as frames of the plain WebSocket. Over Socket.IO the same names carry the same `data`: a command is',
  '`socket.emit(name, data, acknowledge)` and its acknowledgement is what an `ACK` frame has in `data`. A command with an',
  '`id` is answered by `ACK`. Without one, a failure comes as `ERROR`, and a command that says so is answered by an',
  'event of its own name.',
].join('\n');

/** The AsyncAPI 3.0 description of both wires, made from the messages that the hub checks by. */
export const describeEvents = ({ version }: { version: string }): object => {
  const channel = { $ref: '#/channels/ws' };
  const message = (key: string) => ({ $ref: `#/channels/ws/messages/${key}` });
  const messages: Record<string, object> = {};
  const schemas: Record<string, object> = { Refusal: REFUSAL };
  const operations: Record<string, object> = {};

  for (const { name, summary, from, limit, answers, data, reply } of commands) {
    schemas[`${name}-data`] = schemaOf(data);
    schemas[`${name}-reply`] = schemaOf(reply);
    messages[name] = { name, summary, payload: frame(name, `${name}-data`, 'optional') };
    messages[`${name}-ack`] = {
      name: 'ACK',
      summary: `Answers ${name}.`,
      payload: acknowledgement(`${name}-reply`),
    };
    operations[`take-${name}`] = {
      action: 'receive',
      channel,
      summary,
      messages: [message(name)],
      reply: { channel, messages: [message(`${name}-ack`)] },
      'x-from': from,
      'x-limit': limit,
      'x-answered-by-event': answers === true,
    };
  }
  for (const event of events) {
    const { name, summary, audience, data } = event;
    const key = keyOf(event);
    schemas[`${key}-data`] = schemaOf(data);
    messages[key] = { name, summary, payload: frame(name, `${key}-data`) };
    operations[`tell-${key}`] = {
      action: 'send',
      channel,
      summary,
      messages: [message(key)],
      'x-audience': audience,
    };
  }

  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Rollcall live events',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: { host: 'localhost:8000', protocol: 'ws', description: 'A server as `npm start` starts it.' },
    },
    channels: {
      ws: {
        address: PLAIN_PATH,
        description: [
          'Opened with `?ticket=` (single use) or `?token=` (an access token).',
          `At \`${PLAIN_CLASS_PATH}{classId}\` a connection is for that class alone: messages without \`classId\` mean it.`,
        ].join(' '),
        bindings: {
          ws: {
            query: {
              type: 'object',
              properties: { ticket: { type: 'string' }, token: { type: 'string' } },
            },
          },
        },
        messages,
      },
    },
    operations,
    components: { schemas },
  };
};

const fieldsOf = (type: z.ZodType): string => {
  const { properties = {}, required = [] } = schemaOf(type) as { properties?: object; required?: string[] };
  const names = Object.keys(properties).map((name) => (required.includes(name) ? name : `${name}?`));
  return `\`{ ${names.join(', ')} }\``;
};

/** The commands as a table: who may send what. */
export const commandTable = (): string =>
  [
    '| command | from | data | what it does |',
    '| --- | --- | --- | --- |',
    ...commands.map(
      ({ name, from, data, summary }) =>
        `| \`${name}\` | ${from.join(', ')} | ${fieldsOf(data)} | ${summary} |`,
    ),
  ].join('\n');

const AUDIENCES: Record<Event['audience'][number], string> = {
  staff: 'the teachers of the class',
  subject: 'the student concerned',
  students: 'the students of the class',
  'students-if-open': 'in an open class all its students',
  synced: 'those who sent SYNC',
  'synced-staff': 'its teachers who sent SYNC',
  'synced-subject': 'the student concerned, after SYNC',
  one: 'the sender',
};

/** The server's own messages as a table: who hears what. */
export const eventTable = (): string =>
  [
    '| event | heard by | what it says |',
    '| --- | --- | --- |',
    ...events.map(
      ({ name, audience, summary }) =>
        `| \`${name}\` | ${audience.map((who) => AUDIENCES[who]).join('; ')} | ${summary} |`,
    ),
  ].join('\n');

/** docs/errors.md. */
export const errorPage = (): string =>
  [
    '# Errors',
    '',
    '<!-- Made by `npm run docs` from shared/faults.ts: change it there. -->',
    '',
    'Every failure has a code for programs and a sentence for people. REST answers with the status and',
    '`{ "success": false, "error": <sentence>, "code": <code>, "details"?, "id"? }`; a socket acknowledges with',
    '`{ success: false, error, code, details? }`, or says `ERROR { message, code }` where no acknowledgement was asked',
    'for. "again" means that the same request may succeed later, unchanged; REST then sends `Retry-After`. A failure',
    'of REST with a status of 500 or more carries an `id` that the log has too; on a socket `INTERNAL` has it in its',
    'sentence. Some paths of earlier systems answer with another status or sentence: see `statusFor` and `textFor` in',
    '`server/dialects/`. The last four are made by the typed client and never sent. Not every code is in use yet.',
    '',
    '| code | HTTP | again | sentence |',
    '| --- | --- | --- | --- |',
    ...Object.entries(FAULTS).map(
      ([code, kind]) => `| \`${code}\` | ${kind.http} | ${'retry' in kind ? 'yes' : ''} | ${kind.text} |`,
    ),
    '',
  ].join('\n');
