import { createHash } from 'node:crypto';
import { Fault, isFault, isSessionOver } from '../../../shared/faults.ts';
import type { ClassId, OpId } from '../../../shared/ids.ts';
import { wasThere } from '../../../shared/status.ts';
import type { SessionRecord, Sessions } from '../../data/sessions.ts';
import { standingOf } from '../../domain/closing.ts';
import { judge } from '../../domain/late.ts';
import { boundAt } from '../../domain/window.ts';
import { type Clock, isoNow } from '../../kit/clock.ts';
import type { Register } from '../../live/register.ts';
import type { EvidenceKeeper } from '../checkin/evidence.ts';
import type { LateEvidence, Shown, Worth } from '../checkin/late-evidence.ts';

/** A recognition that has a student and a session. */
export type Placed = Shown & { readonly key: string; readonly session: SessionRecord };

type Deps = {
  /** Judges it together with what other ways in have shown. */
  readonly accept: EvidenceKeeper['accept'];
  /** Runs against a live register, which is opened again first where it should stand and does not. */
  readonly alive: <T>(classId: ClassId, run: () => Promise<T>) => Promise<T>;
  readonly sessions: Pick<Sessions, 'read'>;
  readonly register: Pick<Register, 'entry'>;
  readonly late: LateEvidence;
  readonly clock: Clock;
};

/** Brings what devices saw before the register, or into the records of a session that is over (CI4, DV7). */
export const createEvidence = (deps: Deps) => {
  const { accept, alive, sessions, register, late, clock } = deps;

  /** Null when the session turns out to be over. */
  const mark = async ({ key, studentId, at: seen, session }: Placed): Promise<Worth | null> => {
    const { classId, openedAt, lateRule } = session;
    const { at, skewed } = boundAt(seen, openedAt, isoNow(clock));
    const judged = judge(lateRule, openedAt, at);
    const opId = createHash('sha256').update(key).digest('base64url') as OpId;
    try {
      if ('refused' in judged) {
        // Who came in time gets that answer again (CI6).
        const row = await alive(classId, () => register.entry(classId, studentId));
        return row !== null && wasThere(row.status) ? { ...standingOf(row), already: true } : judged;
      }
      const said = { at, opId, skewed, ...judged };
      const told = await alive(classId, () => accept(session, studentId, 'device', said, clock.now()));
      const { missing, repeated } = told;
      return { ...standingOf(told), ...(missing && { missing }), ...(repeated && { already: true }) };
    } catch (error) {
      if (isSessionOver(error)) return null;
      if (isFault(error, 'STUDENT_NOT_ON_ROSTER')) return { refused: 'STRANGER' };
      throw error;
    }
  };

  /** What is left of a live session that ended under our hands, or is ending: BUSY until its records are written. */
  const afterEnd = async (session: SessionRecord, items: readonly Placed[]): Promise<Map<Placed, Worth>> => {
    const now = await sessions.read(session.id);
    if (now?.state === 'final') return await late(now, 'device', items);
    if (now?.state !== 'cancelled') throw new Fault('BUSY');
    return new Map(items.map((item) => [item, { refused: 'SESSION_ENDED' }]));
  };

  const ofSession = async (session: SessionRecord, items: readonly Placed[]): Promise<Map<Placed, Worth>> => {
    if (session.state !== 'live') return await afterEnd(session, items);
    // The register gathers what comes in one turn. All are awaited, so that nothing is under way after a failure.
    const marked = await Promise.allSettled(items.map(mark));
    const worth = new Map<Placed, Worth>();
    const over: Placed[] = [];
    for (const [i, item] of items.entries()) {
      const outcome = marked[i];
      if (outcome?.status !== 'fulfilled') throw outcome?.reason;
      if (outcome.value === null) over.push(item);
      else worth.set(item, outcome.value);
    }
    if (over.length > 0) for (const [item, what] of await afterEnd(session, over)) worth.set(item, what);
    return worth;
  };

  /** What each is worth, once it is durable. BUSY, REGISTER_UNAVAILABLE, STORE_UNAVAILABLE: to be sent again. */
  return async (items: readonly Placed[]): Promise<Map<Placed, Worth>> => {
    const groups = new Map<string, Placed[]>();
    for (const item of items) {
      const group = groups.get(item.session.id);
      if (group) group.push(item);
      else groups.set(item.session.id, [item]);
    }
    const done = await Promise.all(
      [...groups.values()].map((group) => (group[0] ? ofSession(group[0].session, group) : new Map())),
    );
    return new Map(done.flatMap((worth) => [...worth]));
  };
};
export type Evidence = ReturnType<typeof createEvidence>;
