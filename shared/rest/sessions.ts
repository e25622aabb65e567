import { z } from 'zod';
import { ClassId, SessionId } from '../ids.ts';
import { Reason, Session, SessionOptions, SessionState } from '../protocol/index.ts';
import { Paging, paged } from './common.ts';

/** A session as its class's people see it. */
export const SessionView = Session.meta({ id: 'Session' });
export type SessionView = z.infer<typeof SessionView>;

/** What the opener of a session may ask for; at most one of `minutes` and `closesAt`. */
export const NewSession = SessionOptions;
export type NewSession = z.infer<typeof NewSession>;

export const SessionPath = z.strictObject({ id: SessionId });

/** Which sessions of a class, or of all that one belongs to; the newest come first. */
export const SessionQuery = Paging.extend({ classId: ClassId.optional(), state: SessionState.optional() });
export type SessionQuery = z.infer<typeof SessionQuery>;

export const SessionPage = paged(SessionView);

/** Why a session is cancelled. */
export const Cancellation = z.strictObject({ reason: Reason.optional() });
export type Cancellation = z.infer<typeof Cancellation>;
