import type { SessionId, StudentId, UserId } from '../../../shared/ids.ts';
import type { CheckIn, OwnMethod, SessionOptions } from '../../../shared/protocol/index.ts';
import type { KeptCheckIn, SessionRecord } from '../../data/sessions.ts';

/** A session that takes check-ins. */
export type Taking = SessionRecord & { readonly checkIn: KeptCheckIn };

/** Whose proof it is, in which session, and the server's time (ms since 1970). */
export type Context = {
  readonly session: Taking;
  readonly studentId: StudentId;
  readonly userId: UserId;
  readonly now: number;
};

/** When a session begins and ends, ISO 8601 UTC. */
export type Times = { readonly openedAt: string; readonly closesAt: string };

/** What a proof has shown: when it was given (ISO 8601 UTC), and for BLE in which window. */
export type Evidence = { readonly at: string; readonly window?: number };

/** What a method's proof looks like on the wire. */
export type ProofOf<M extends OwnMethod> = Extract<CheckIn, { method: M }>['proof'];

/**
 * A way in. All have one shape and pass one contract suite (test/contracts/checkin.ts): a name, what a session keeps for
 * it, what its staff may fetch, and how a proof is checked. Whatever is wrong with a proof is thrown as a Fault.
 */
export type CheckInMethod<M extends OwnMethod = OwnMethod, Shown = unknown> = {
  readonly name: OwnMethod;
  /** What a session that takes the method keeps for it; times ISO 8601 UTC. */
  keep?(options: SessionOptions, times: Times): Partial<KeptCheckIn>;
  /** The session that the proof names by itself; undefined when it names none. */
  names?(proof: ProofOf<M>, now: number): Promise<SessionId | undefined>;
  /** What the staff shows or hands out at this moment. */
  show?(session: Taking, now: number): Promise<Shown>;
  verify(proof: ProofOf<M>, context: Context): Promise<Evidence>;
};

/** Every method under its name. */
export type Methods = { readonly [M in OwnMethod]: CheckInMethod<M> };
