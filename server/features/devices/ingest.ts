import { createHash } from 'node:crypto';
import { FAULTS, Fault, type FaultCode } from '../../../shared/faults.ts';
import { type SessionId, type StudentId, studentIdOf, type UserId } from '../../../shared/ids.ts';
import type { Method, ScanOutcome } from '../../../shared/protocol/index.ts';
import type { QuarantineReason } from '../../../shared/rest/devices.ts';
import type { Status } from '../../../shared/status.ts';
import type { Devices } from '../../data/devices.ts';
import type { Quarantine, SetAside } from '../../data/quarantine.ts';
import type { Scans } from '../../data/scans.ts';
import type { Sessions } from '../../data/sessions.ts';
import type { Users } from '../../data/users.ts';
import { placeOf, type Recognized, readRecognition, SKEW_MS } from '../../domain/recognition.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Evidence, Placed } from './evidence.ts';

/** What became of one event. `code`: a fault's, or why it was set aside. */
export type Ingested = {
  readonly outcome: ScanOutcome;
  readonly code?: FaultCode | QuarantineReason;
  readonly eventId?: string | undefined;
  readonly studentId?: StudentId | undefined;
  readonly sessionId?: SessionId | undefined;
  readonly status?: Status | undefined;
  readonly minutesLate?: number | undefined;
  /** What else the session needs of the student. */
  readonly missing?: readonly Method[];
};

/**
 * Who brings events. A device is told which of them no session stood for, and keeps them; a terminal cannot be told, so
 * that they are set aside here; what an admin brings lies in quarantine already, and stays there where it cannot count.
 */
export type BroughtBy = 'device' | 'terminal' | 'admin';

type Deps = {
  readonly users: Pick<Users, 'findByStudentCodes' | 'findMany'>;
  readonly sessions: Pick<Sessions, 'ofDevice'>;
  readonly scans: Pick<Scans, 'keep' | 'known'>;
  readonly quarantine: Pick<Quarantine, 'put'>;
  readonly devices: Pick<Devices, 'countUnkept'>;
  readonly evidence: Evidence;
  readonly clock: Clock;
  readonly timeZone: string;
};

const RAW_MOST = 2_000;
/** How long a backlog may be under way, in ms; what is older is a clock that fell back. */
const OLDEST_MS = 31 * 24 * 3600_000;
const WHY: Record<QuarantineReason, string> = {
  MALFORMED: 'Malformed; kept for review',
  UNKNOWN_STUDENT: 'No student is known by this id; kept for review',
  CLOCK_SKEWED: "The device's clock is off; kept for review",
  NO_SESSION: 'No session of this device stood at that time; kept for review',
};
const hash = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** The sentence for a person. */
export const messageOf = ({ outcome, code, missing }: Ingested): string => {
  if (outcome === 'repeated') return 'Already scanned';
  if (code === undefined) return missing ? `Recorded; still needed: ${missing.join(', ')}` : 'Recorded';
  return code in WHY ? WHY[code as QuarantineReason] : FAULTS[code as FaultCode].text;
};

/**
 * Takes in what a device recognised, many at once (CI4, DV3–DV7). Resolves when all that was accepted or set aside is
 * durable. A fault means that it is unknown what was taken in: sent again, nothing counts twice.
 */
export const createIngest = (deps: Deps) => {
  const { users, sessions, scans, quarantine, devices, evidence, clock, timeZone } = deps;

  const idsOf = async (said: readonly Recognized[]): Promise<(one: Recognized) => StudentId | undefined> => {
    const codes = new Set(said.flatMap(({ who }) => ('code' in who ? [who.code] : [])));
    const found = codes.size === 0 ? new Map<string, UserId>() : await users.findByStudentCodes([...codes]);
    return ({ who }) => {
      if ('id' in who) return who.id as StudentId;
      const userId = found.get(who.code);
      return userId && studentIdOf(userId);
    };
  };

  /** Which of those whom a roster did not hold are students at all. */
  const studentsAmong = async (ids: readonly StudentId[]): Promise<Set<string>> => {
    if (ids.length === 0) return new Set();
    const found = await users.findMany(ids.map((id) => id as string as UserId));
    return new Set(found.filter(({ role }) => role === 'student').map(({ id }) => id));
  };

  return async (
    device: { readonly id: UserId; readonly deviceId: string },
    events: readonly unknown[],
    by: BroughtBy = 'device',
  ): Promise<Ingested[]> => {
    const now = clock.now();
    const results: (Ingested | undefined)[] = events.map(() => undefined);
    const aside: (SetAside & { readonly index: number })[] = [];
    const setAside = (index: number, reason: QuarantineReason, said?: Recognized): void => {
      const raw = JSON.stringify(events[index] ?? null).slice(0, RAW_MOST);
      const key = said?.eventId === undefined ? `r:${hash(raw)}` : `e:${said.eventId}`;
      aside.push({ index, key, reason, raw });
      results[index] = { outcome: 'quarantined', code: reason, eventId: said?.eventId };
    };

    // Who and when
    const read = events.map((event) => readRecognition(event, now, timeZone));
    const studentOf = await idsOf(read.filter((said) => said !== null));
    const items = read.flatMap((said, index) => {
      const studentId = said === null ? undefined : studentOf(said);
      if (said === null) setAside(index, 'MALFORMED');
      else if (studentId === undefined) setAside(index, 'UNKNOWN_STUDENT', said);
      if (said === null || studentId === undefined) return [];
      const name =
        said.eventId === undefined ? `s:${studentId}:${said.at.slice(0, 19)}` : `e:${said.eventId}`;
      return [{ index, said, studentId, key: `${device.id}:${name}` }];
    });

    // Each once
    const seen = items.length === 0 ? new Set<string>() : await scans.known(items.map(({ key }) => key));
    const fresh = items.filter(({ index, key, said, studentId }) => {
      if (!seen.has(key)) return seen.add(key);
      results[index] = { outcome: 'repeated', eventId: said.eventId, studentId };
      return false;
    });

    // In which session
    const times = fresh.map(({ said }) => said.at).sort();
    const from = new Date(Math.max(Date.parse(times[0] ?? ''), now - OLDEST_MS) || now).toISOString();
    const to = new Date(now + SKEW_MS).toISOString();
    const bound = fresh.length === 0 ? [] : await sessions.ofDevice(device.deviceId, from, to);
    const placed = new Map<Placed, { index: number; said: Recognized }>();
    for (const { index, said, studentId, key } of fresh) {
      const session = placeOf(said.at, now, bound);
      if (typeof session !== 'string') placed.set({ key, studentId, at: said.at, session }, { index, said });
      else if (by === 'admin' || (by === 'terminal' && session === 'DEVICE_NOT_BOUND'))
        setAside(index, 'NO_SESSION', said);
      else if (session === 'CLOCK_SKEWED') setAside(index, session, said);
      else results[index] = { outcome: 'rejected', code: session, eventId: said.eventId, studentId };
    }

    // What it is worth
    const worth = await evidence([...placed.keys()]);
    const strangers = [...worth].filter(([, what]) => 'refused' in what && what.refused === 'STRANGER');
    const students = await studentsAmong(strangers.map(([{ studentId }]) => studentId));
    const counted: Placed[] = [];
    for (const [item, { index, said }] of placed) {
      const what = worth.get(item);
      if (what === undefined) throw new Fault('BUSY');
      const { studentId, session } = item;
      const about = { eventId: said.eventId, studentId, sessionId: session.id };
      if (!('refused' in what)) {
        const { already, ...said } = what;
        counted.push(item);
        results[index] = { outcome: already ? 'repeated' : 'accepted', ...about, ...said };
      } else if (what.refused !== 'STRANGER')
        results[index] = { outcome: 'rejected', code: what.refused, ...about };
      else if (students.has(studentId))
        results[index] = { outcome: 'rejected', code: 'STUDENT_NOT_ON_ROSTER', ...about };
      else setAside(index, 'UNKNOWN_STUDENT', said);
    }

    // Kept, before it is acknowledged
    const receivedAt = new Date(now).toISOString();
    const [unkept] = await Promise.all([
      quarantine.put(device.id, by === 'admin' ? [] : aside, new Date(now)),
      scans.keep(counted.map(({ session, ...scan }) => ({ ...scan, sessionId: session.id, receivedAt }))),
    ]);
    for (const { index, key } of aside)
      if (unkept.has(key))
        results[index] = { ...results[index], outcome: 'rejected', code: 'QUARANTINE_FULL' };
    if (unkept.size > 0) await devices.countUnkept(device.id, unkept.size);
    return results.map((result) => result ?? { outcome: 'repeated' });
  };
};
export type Ingest = ReturnType<typeof createIngest>;
