import { sessionStart } from '../../../shared/protocol/index.ts';
import { type Handler, on } from '../../hub/on.ts';
import type { SessionService } from './service.ts';

/** A session is started over a socket as it is over REST. */
export const sessionHandlers = ({ sessions }: { sessions: SessionService }): Handler[] => [
  on(sessionStart, (options, who) => sessions.start(who, options)),
];
