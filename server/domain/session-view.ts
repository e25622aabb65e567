import type { ClassId, SessionId, UserId } from '../../shared/ids.ts';
import type {
  Done,
  Method,
  Require,
  Session,
  SessionOptions,
  SessionState,
} from '../../shared/protocol/index.ts';
import type { Counts } from '../../shared/status.ts';

/** What is known of a session wherever it is stored; times ISO 8601 UTC. */
type Known = {
  readonly id: SessionId;
  readonly classId: ClassId;
  readonly state: SessionState;
  readonly methods: readonly Method[];
  readonly checkIn?:
    | {
        readonly require: Require;
        readonly code?: string | undefined;
        readonly codeExpiresAt?: string | undefined;
      }
    | undefined;
  readonly date: string;
  readonly openedBy: UserId;
  readonly openedAt: string;
  readonly closesAt: string;
  readonly closedAt?: string | undefined;
  readonly doneBy?: UserId | undefined;
  readonly lateRule?: SessionOptions['lateRule'];
  readonly deviceId?: string | undefined;
  readonly room?: string | undefined;
  readonly counts?: Counts | undefined;
};

/** A session as the members of its class see it. */
export const sessionView = (known: Known): Session => ({
  id: known.id,
  classId: known.classId,
  state: known.state,
  methods: [...known.methods],
  ...(known.checkIn && known.checkIn.require !== 'any' && { require: known.checkIn.require }),
  date: known.date,
  openedBy: known.openedBy,
  openedAt: known.openedAt,
  closesAt: known.closesAt,
  ...(known.closedAt !== undefined && { closedAt: known.closedAt }),
  ...(known.lateRule !== undefined && { lateRule: known.lateRule }),
  ...(known.deviceId !== undefined && { deviceId: known.deviceId }),
  ...(known.room !== undefined && { room: known.room }),
  ...(known.counts !== undefined && { counts: known.counts }),
});

/** A session as its staff sees it in a list: with who finished it. */
export const listedView = (known: Known): Session => ({
  ...sessionView(known),
  ...(known.closedAt !== undefined && known.doneBy !== undefined && { closedBy: known.doneBy }),
});

/** A session as its staff sees it: with the numeric code while it is live, and afterwards with who finished it. */
export const staffView = (known: Known): Session => ({
  ...listedView(known),
  ...(known.state === 'live' &&
    known.checkIn?.code !== undefined && {
      code: known.checkIn.code,
      codeExpiresAt: known.checkIn.codeExpiresAt,
    }),
});

/** What DONE tells of a final session; `total` is the whole class. */
export const doneView = ({ id, classId }: Known, counts: Counts): Done => ({
  message: 'Attendance persisted',
  classId,
  sessionId: id,
  ...counts,
  total: counts.enrolled,
});
