import { codesDialect } from './dialects/codes.ts';
import { coursesDialect } from './dialects/courses.ts';
import { liveDialect } from './dialects/live.ts';
import { proximityDialect } from './dialects/proximity.ts';
import { analyticsRoutes } from './features/analytics/routes.ts';
import { authRoutes } from './features/auth/routes.ts';
import { checkInRoutes } from './features/checkin/routes.ts';
import { classRoutes } from './features/classes/routes.ts';
import { deviceRoutes } from './features/devices/routes.ts';
import { importRoutes } from './features/imports/routes.ts';
import { invitationRoutes } from './features/invitations/routes.ts';
import { passkeyRoutes } from './features/passkeys/routes.ts';
import { peopleRoutes } from './features/people/routes.ts';
import { recordByIdRoutes, recordRoutes } from './features/records/routes.ts';
import { sessionRoutes } from './features/sessions/routes.ts';
import { structureRoutes } from './features/structure/routes.ts';
import { userRoutes } from './features/users/routes.ts';
import type { Route } from './rest/route.ts';

/** What the routes of every feature and dialect call. */
export type Services = Parameters<typeof authRoutes>[0] &
  Parameters<typeof userRoutes>[0] &
  Parameters<typeof classRoutes>[0] &
  Parameters<typeof sessionRoutes>[0] &
  Parameters<typeof recordRoutes>[0] &
  Parameters<typeof analyticsRoutes>[0] &
  Parameters<typeof peopleRoutes>[0] &
  Parameters<typeof structureRoutes>[0] &
  Parameters<typeof invitationRoutes>[0] &
  Parameters<typeof importRoutes>[0] &
  Parameters<typeof checkInRoutes>[0] &
  Parameters<typeof passkeyRoutes>[0] &
  Parameters<typeof deviceRoutes>[0] &
  Parameters<typeof proximityDialect>[0] &
  Parameters<typeof liveDialect>[0] &
  Parameters<typeof codesDialect>[0] &
  Parameters<typeof coursesDialect>[0];

/** Every route of the product. The services are called by requests only: the documents are made without any. */
export const declaredRoutes = (services: Services): readonly Route[] => [
  ...proximityDialect(services), // shares a path with the accounts, and comes before them
  ...authRoutes(services),
  ...userRoutes(services),
  ...classRoutes(services),
  ...sessionRoutes(services),
  ...recordRoutes(services),
  ...analyticsRoutes(services),
  ...peopleRoutes(services),
  ...structureRoutes(services),
  ...invitationRoutes(services),
  ...importRoutes(services),
  ...checkInRoutes(services),
  ...passkeyRoutes(services),
  ...deviceRoutes(services),
  ...coursesDialect(services),
  ...liveDialect(services),
  ...codesDialect(services),
  ...recordByIdRoutes(services),
];
