import mongoose from 'mongoose';
import type { ClassId, OpId, SessionId, UserId } from '../../shared/ids.ts';
import type { Method, Require, SessionOptions, SessionState } from '../../shared/protocol/index.ts';
import type { Counts } from '../../shared/status.ts';
import type { EndRow } from '../domain/closing.ts';
import { hex, oid } from './mongo.ts';

/** Someone who asked for a session to be finished, and under which name (DN3). */
export type DoneAsked = { readonly by?: UserId | undefined; readonly opId?: OpId | undefined };

/** One session as the database knows it; all times ISO 8601 UTC. */
export type SessionRecord = {
  readonly id: SessionId;
  readonly classId: ClassId;
  readonly openedBy: UserId;
  readonly state: SessionState;
  /** True while `live` or `closing`: at most one such per class (SE1) and per device (SE5). */
  readonly open: boolean;
  readonly methods: readonly Method[];
  /** What its check-in goes by; absent where only the teacher marks. */
  readonly checkIn?: KeptCheckIn | undefined;
  /** Calendar day, `YYYY-MM-DD`, in the school's time zone. */
  readonly date: string;
  readonly openedAt: string;
  readonly closesAt: string;
  readonly lateRule?: SessionOptions['lateRule'];
  readonly deviceId?: string | undefined;
  /** What the room is called. */
  readonly room?: string | undefined;
  /** Everyone who asked for DONE, in order. */
  readonly doneAsked: readonly DoneAsked[];
  /** The first of them who is a person. */
  readonly doneBy?: UserId | undefined;
  /** The DONEs of the class's earlier sessions: one that is sent again must not end this session. */
  readonly earlierDone: readonly EarlierDone[];
  readonly closingAt?: string | undefined;
  readonly closedAt?: string | undefined;
  readonly counts?: Counts | undefined;
  readonly cancelled?: { readonly at: string; readonly by?: UserId; readonly reason?: string } | undefined;
  /** When the live register was dropped; until then the sweeper looks after it (DN2). */
  readonly settledAt?: string | undefined;
};

/** What a session keeps for its check-in methods; never shown as a whole. */
export type KeptCheckIn = {
  readonly require: Require;
  /** Makes the session's tokens its own. */
  readonly nonce: string;
  readonly code?: string | undefined;
  /** ISO 8601 UTC. */
  readonly codeExpiresAt?: string | undefined;
  readonly qrStepSeconds?: number | undefined;
  readonly bleStepSeconds?: number | undefined;
};

/** A DONE of an earlier session of the class. */
export type EarlierDone = DoneAsked & { readonly sessionId: SessionId };

/** What a new session starts with. */
export type NewSession = Pick<
  SessionRecord,
  'classId' | 'openedBy' | 'methods' | 'date' | 'openedAt' | 'closesAt'
> &
  Partial<Pick<SessionRecord, 'lateRule' | 'deviceId' | 'room' | 'earlierDone' | 'checkIn'>>;

type Id = mongoose.mongo.ObjectId;
type StoredAsked = { by?: Id; opId?: string };
/** The document. */
export type Stored = {
  _id: Id;
  classId: Id;
  openedBy: Id;
  state: SessionState;
  open: boolean;
  methods: Method[];
  checkIn?: KeptCheckIn;
  date: string;
  openedAt: Date;
  closesAt: Date;
  lateRule?: NonNullable<SessionOptions['lateRule']>;
  deviceId?: string;
  room?: string;
  doneAsked: StoredAsked[];
  earlierDone: (StoredAsked & { sessionId: Id })[];
  closingAt?: Date;
  closedAt?: Date;
  counts?: Counts;
  cancelled?: { at: Date; by?: Id; reason?: string; rows?: EndRow[] };
  settled: boolean;
  settledAt?: Date;
};

const toAsked = (asked: StoredAsked): DoneAsked => ({
  ...(asked.by && { by: hex<UserId>(asked.by) }),
  ...(asked.opId !== undefined && { opId: asked.opId as OpId }),
});
/** How someone who asked for DONE is stored. */
export const fromAsked = ({ by, opId }: DoneAsked): StoredAsked => ({
  ...(by !== undefined && { by: oid(by) }),
  ...(opId !== undefined && { opId }),
});

/** What a document says. */
export const toRecord = (row: Stored): SessionRecord => {
  const { cancelled, doneAsked, earlierDone } = row;
  const doneBy = doneAsked.find((asked) => asked.by !== undefined)?.by;
  return {
    id: hex(row._id),
    classId: hex(row.classId),
    openedBy: hex(row.openedBy),
    state: row.state,
    open: row.open,
    methods: row.methods,
    ...(row.checkIn && { checkIn: row.checkIn }),
    date: row.date,
    openedAt: row.openedAt.toISOString(),
    closesAt: row.closesAt.toISOString(),
    lateRule: row.lateRule,
    deviceId: row.deviceId,
    room: row.room,
    doneAsked: doneAsked.map(toAsked),
    doneBy: doneBy && hex<UserId>(doneBy),
    earlierDone: earlierDone.map((done) => ({ ...toAsked(done), sessionId: hex<SessionId>(done.sessionId) })),
    closingAt: row.closingAt?.toISOString(),
    closedAt: row.closedAt?.toISOString(),
    counts: row.counts,
    cancelled: cancelled && {
      at: cancelled.at.toISOString(),
      ...(cancelled.by && { by: hex<UserId>(cancelled.by) }),
      ...(cancelled.reason !== undefined && { reason: cancelled.reason }),
    },
    settledAt: row.settledAt?.toISOString(),
  };
};

/** The document of a session that begins. */
export const toStored = (session: NewSession): Stored => {
  const { lateRule, deviceId, room, checkIn, earlierDone = [] } = session;
  return {
    _id: new mongoose.mongo.ObjectId(),
    classId: oid(session.classId),
    openedBy: oid(session.openedBy),
    state: 'live',
    open: true,
    methods: [...session.methods],
    ...(checkIn && { checkIn }),
    date: session.date,
    openedAt: new Date(session.openedAt),
    closesAt: new Date(session.closesAt),
    ...(lateRule && { lateRule }),
    ...(deviceId !== undefined && { deviceId }),
    ...(room !== undefined && { room }),
    doneAsked: [],
    earlierDone: earlierDone.map((done) => ({ ...fromAsked(done), sessionId: oid(done.sessionId) })),
    settled: false,
  };
};
