import type { UserId } from '../../../shared/ids.ts';
import { Recognitions, ScanReply } from '../../../shared/protocol/index.ts';
import { Paging } from '../../../shared/rest/common.ts';
import {
  BindablePage,
  DeviceGone,
  DevicePage,
  DevicePatch,
  DevicePath,
  DeviceView,
  DeviceWithKey,
  KeyRotation,
  NewDevice,
  NewTerminalCommand,
  QuarantinePage,
  QuarantineQuery,
  QuarantineResolution,
  QuarantineView,
  StrangerList,
  TerminalCommandView,
} from '../../../shared/rest/devices.ts';
import { type Route, route } from '../../rest/route.ts';
import type { Bindable } from './bindable.ts';
import type { Registry } from './registry.ts';
import type { Review } from './review.ts';
import type { Scanning } from './scanning.ts';
import type { Terminals } from './terminals.ts';

const ADMIN = ['admin'] as const;
const STAFF = ['teacher', 'admin'] as const;
const tags = ['devices'];
const root = '/api/v1/devices';
/** A thousand recognitions, written at some length. */
const MOST_BYTES = 512 * 1024;

type Services = {
  readonly devices: Registry;
  readonly bindable: Bindable;
  readonly quarantine: Review;
  readonly scanning: Scanning;
  readonly terminals: Terminals;
};

const idOf = ({ id }: { id: string }): UserId => id as UserId;

/** What devices send: `/api/v1/attendance/scan`. */
const scanRoute = ({ scanning }: Services): Route =>
  route(
    {
      method: 'post',
      path: '/api/v1/attendance/scan',
      roles: ['device'],
      summary: 'Recognitions of a device: one, an array, or { events: [...] }, at most 1,000.',
      description:
        'With the header X-Device-Key. An event counts once, by its `eventId`, else by its student and second; sent ' +
        'again it is `repeated`, and nothing changes. A batch is answered with how many of each, and a line for each ' +
        'that was not accepted; the answer comes when everything is durable.',
      tags,
      body: Recognitions,
      maxBodyBytes: MOST_BYTES,
      // A backlog of a week in batches is a hundred requests.
      limit: { perMinute: 600, by: 'account' },
      reply: ScanReply,
      faults: [
        'DEVICE_NOT_BOUND',
        'STUDENT_NOT_ON_ROSTER',
        'CHECK_IN_CLOSED',
        'SESSION_ENDED',
        'QUARANTINE_FULL',
        'BUSY',
        'REGISTER_UNAVAILABLE',
      ],
    },
    async ({ who, body }) => await scanning.scan(who, body),
  );

/** What can be bound, what was set aside, and the terminals that nobody knows; before the paths with an id, which would take their names. */
const namedRoutes = ({ bindable, quarantine: review, terminals }: Services): Route[] => [
  route(
    {
      method: 'get',
      path: `${root}/bindable`,
      roles: STAFF,
      summary: 'What the devices are called that a session can be bound to, and which are in use.',
      tags,
      query: Paging,
      reply: BindablePage,
    },
    async ({ query }) => await bindable(query),
  ),
  route(
    {
      method: 'get',
      path: `${root}/quarantine`,
      roles: ADMIN,
      summary: 'The events of devices that were set aside, the newest first.',
      tags,
      query: QuarantineQuery,
      reply: QuarantinePage,
    },
    async ({ query }) => await review.list(query),
  ),
  route(
    {
      method: 'post',
      path: `${root}/quarantine/:id/resolve`,
      roles: ADMIN,
      summary: 'Discard an event, or take it in with its student or time put right.',
      tags,
      params: DevicePath,
      body: QuarantineResolution,
      reply: QuarantineView,
      faults: [
        'QUARANTINED_NOT_FOUND',
        'QUARANTINE_RESOLVED',
        'DEVICE_NOT_FOUND',
        'BUSY',
        'REGISTER_UNAVAILABLE',
      ],
    },
    async ({ who, params, body }) => await review.resolve(who.userId, params.id, body),
  ),
  route(
    {
      method: 'get',
      path: `${root}/terminals`,
      roles: ADMIN,
      summary: 'Terminals that call and are bound to no device, the latest first.',
      tags,
      reply: StrangerList,
    },
    async () => await terminals.strangers(),
  ),
];

/** `/api/v1/devices`, for admins but for what can be bound, and the devices' own door. */
export const deviceRoutes = (services: Services): Route[] => {
  const { devices: registry, terminals } = services;
  return [
    scanRoute(services),
    ...namedRoutes(services),
    route(
      {
        method: 'post',
        path: root,
        roles: ADMIN,
        summary: 'Make a device; its key is in this answer and in no other.',
        tags,
        body: NewDevice,
        reply: DeviceWithKey,
        status: 201,
        faults: ['DEVICE_EXISTS'],
      },
      async ({ body }) => await registry.create(body),
    ),
    route(
      {
        method: 'get',
        path: root,
        roles: ADMIN,
        summary: 'Every device.',
        tags,
        query: Paging,
        reply: DevicePage,
      },
      async ({ query }) => await registry.list(query),
    ),
    route(
      {
        method: 'get',
        path: `${root}/:id`,
        roles: ADMIN,
        summary: 'One device.',
        tags,
        params: DevicePath,
        reply: DeviceView,
        faults: ['DEVICE_NOT_FOUND'],
      },
      async ({ params }) => await registry.read(idOf(params)),
    ),
    route(
      {
        method: 'patch',
        path: `${root}/:id`,
        roles: ADMIN,
        summary: 'Rename a device, or bind a terminal to it by its serial number.',
        tags,
        params: DevicePath,
        body: DevicePatch,
        reply: DeviceView,
        faults: ['DEVICE_NOT_FOUND', 'SERIAL_TAKEN'],
      },
      async ({ params, body }) => await registry.update(idOf(params), body),
    ),
    route(
      {
        method: 'delete',
        path: `${root}/:id`,
        roles: ADMIN,
        summary: 'Delete a device; its key and its sockets end at once.',
        tags,
        params: DevicePath,
        reply: DeviceGone,
        faults: ['DEVICE_NOT_FOUND'],
      },
      async ({ params }) => {
        await registry.remove(idOf(params));
        return params;
      },
    ),
    route(
      {
        method: 'post',
        path: `${root}/:id/rotate-key`,
        roles: ADMIN,
        summary: 'Give a device a new key; the one before lasts for graceMinutes.',
        tags,
        params: DevicePath,
        body: KeyRotation.optional(),
        reply: DeviceWithKey,
        faults: ['DEVICE_NOT_FOUND', 'DEVICE_REVOKED', 'BUSY'],
      },
      async ({ params, body }) => await registry.rotate(idOf(params), body?.graceMinutes ?? 0),
    ),
    route(
      {
        method: 'post',
        path: `${root}/:id/revoke`,
        roles: ADMIN,
        summary: "End a device's access for good, and its open sockets at once.",
        tags,
        params: DevicePath,
        reply: DeviceView,
        faults: ['DEVICE_NOT_FOUND'],
      },
      async ({ params }) => await registry.revoke(idOf(params)),
    ),
    route(
      {
        method: 'post',
        path: `${root}/:id/commands`,
        roles: ADMIN,
        summary: 'Ask a terminal for the punches of a gap, or to set its clock, when it next calls.',
        tags,
        params: DevicePath,
        body: NewTerminalCommand,
        reply: TerminalCommandView,
        status: 201,
        faults: ['DEVICE_NOT_FOUND', 'BUSY'],
      },
      async ({ params, body }) => await terminals.ask(idOf(params), body),
    ),
  ];
};
