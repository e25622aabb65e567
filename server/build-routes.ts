import { liveDialect } from './dialects/live.ts';
import { authRoutes } from './features/auth/routes.ts';
import { classRoutes } from './features/classes/routes.ts';
import { deviceRoutes } from './features/devices/routes.ts';
import { sessionRoutes } from './features/sessions/routes.ts';
import { userRoutes } from './features/users/routes.ts';
import type { Route } from './rest/route.ts';

/** What the routes of every feature and dialect call. */
export type Services = Parameters<typeof authRoutes>[0] &
  Parameters<typeof userRoutes>[0] &
  Parameters<typeof classRoutes>[0] &
  Parameters<typeof sessionRoutes>[0] &
  Parameters<typeof deviceRoutes>[0] &
  Parameters<typeof liveDialect>[0];

/** Every route of the product. The services are called by requests only: the documents are made without any. */
export const declaredRoutes = (services: Services): readonly Route[] => [
  ...authRoutes(services),
  ...userRoutes(services),
  ...classRoutes(services),
  ...sessionRoutes(services),
  ...deviceRoutes(services),
  ...liveDialect(services),
];
