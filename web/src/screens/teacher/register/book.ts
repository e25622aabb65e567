import type { ClassView, Client, KeptMark, Row } from '../../../../../shared/client/index.ts';
import { newOpId } from '../../../../../shared/client/op-id.ts';
import { Fault } from '../../../../../shared/faults.ts';
import type { Counts, LiveStatus } from '../../../../../shared/status.ts';
import { live } from '../../../lib/live.ts';
import { connection, leftBehind, SOON_MS } from '../../../lib/live-state.ts';
import { type Observable, observable } from '../../../lib/observable.ts';
import { type Ahead, type Cell, cellOf, countsOf, isDecided, looksLike } from './cell.ts';
import { type KnownRegister, keepRegister, lastRegister } from './known.ts';
import { createTelling, type Telling } from './telling.ts';

/** What was done last, so that it can be undone. */
export type Action = { readonly status: LiveStatus; readonly before: ReadonlyMap<string, Cell> };

/** A class's register as this page shows it: the live view, with what was marked here and is not acknowledged yet. */
export type Book = {
  readonly view: ClassView;
  /** Calls after changes, once for all of a while. */
  subscribe: Telling['subscribe'];
  /** Calls when a student's card is to be drawn again. */
  watch: Telling['watch'];
  /** A finger is down: what it does is drawn before anything else. */
  hold: Telling['hold'];
  /** What is known of a student; the same object until something of it changes. */
  cell(studentId: string): Cell;
  /** What a student's card shows, which may come a moment after it is known. */
  shown(studentId: string): Cell;
  counts(): Counts;
  /** The ids of everyone on the roster; the same array until that changes. */
  roster(): readonly string[];
  /** What was shown last here, while the server has not said anything yet; `null`: nothing. Undefined: not looked yet. */
  known(): KnownRegister | null | undefined;
  /** `unmarked` takes back what teachers said; what students and devices showed stands again (MK10). */
  mark(studentIds: readonly string[], status: LiveStatus, reason?: string): void;
  /** Marks everybody who is unmarked; how many that were. */
  markRest(status: 'present' | 'absent'): Promise<number>;
  /** Puts everything back as it was before the last action, and says what that was. */
  undo(): Action | undefined;
  readonly last: Observable<Action | undefined>;
};

const books = new WeakMap<Client, Map<string, Book>>();

/** The one book of a class for whoever is signed in. */
export const bookOf = (classId: string): Book => {
  const client = live();
  const mine = books.get(client) ?? new Map<string, Book>();
  books.set(client, mine);
  const book = mine.get(classId) ?? createBook(client, classId);
  mine.set(classId, book);
  return book;
};

const createBook = (client: Client, classId: string): Book => {
  const view = client.watch(classId);
  const ahead = new Map<string, Ahead>();
  const last = observable<Action | undefined>(undefined);
  let behind = new Map<string, KeptMark>();
  let known: KnownRegister | null | undefined;
  let cells = new Map<string, { row?: Row; ahead?: Ahead; behind?: KeptMark; cell: Cell }>();
  let looks = new Map<string, Cell>();
  let counts: Counts | undefined;
  let ids: { of: ReadonlySet<string> | undefined; list: readonly string[] } = { of: undefined, list: [] };
  let sessionId = view.sessionId;

  const telling = createTelling((studentId) => {
    const was = looks.get(studentId);
    const now = cell(studentId);
    looks.set(studentId, now);
    return was === undefined || !looksLike(was, now);
  });
  const changed = () => {
    counts = undefined;
    telling.changed();
  };
  /** What was done here is drawn at once. */
  const did = (studentIds: readonly string[]) => {
    counts = undefined;
    telling.now(studentIds);
  };
  const picture = () => (view.state === 'unknown' && known ? known : view);
  const rowOf = (studentId: string) => picture().entries.get(studentId);

  /** Lets go of what the picture shows by now, or what belongs to a session that is over. */
  const settle = () => {
    for (const [studentId, one] of ahead) {
      if (one.open > 0) continue;
      if (view.state !== 'live' || one.epoch !== view.epoch || view.version >= one.version)
        ahead.delete(studentId);
    }
  };
  view.onChange(() => {
    if (view.sessionId !== sessionId) {
      sessionId = view.sessionId;
      last.set(undefined);
    }
    settle();
    keepRegister(view);
    changed();
  });
  const takeBehind = () => {
    behind = new Map();
    for (const mark of leftBehind.get().values())
      if (mark.classId === classId) behind.set(mark.studentId, mark);
    changed();
  };
  last.subscribe(changed);
  takeBehind();
  leftBehind.subscribe(takeBehind);
  /** From now on these marks are shown as waiting, if they still do. */
  const late = (studentIds: Iterable<string>) => {
    for (const studentId of studentIds) {
      const one = ahead.get(studentId);
      if (one && one.open > 0 && !one.late) ahead.set(studentId, { ...one, late: true });
    }
    changed();
  };
  connection.subscribe(() => {
    if (connection.get() !== 'connected') late([...ahead.keys()]);
  });
  void lastRegister(classId).then((found) => {
    known = found ?? null;
    changed();
  });

  const cell = (studentId: string): Cell => {
    const row = rowOf(studentId);
    const mine = ahead.get(studentId);
    const former = behind.get(studentId);
    const was = cells.get(studentId);
    if (was && was.row === row && was.ahead === mine && was.behind === former) return was.cell;
    const made = cellOf(row, mine, former);
    cells.set(studentId, {
      ...(row && { row }),
      ...(mine && { ahead: mine }),
      ...(former && { behind: former }),
      cell: made,
    });
    return made;
  };
  const roster = () => {
    const { roster: now } = picture();
    if (ids.of !== now) {
      ids = { of: now, list: [...(now ?? [])] };
      cells = new Map();
      // What cards show stays until they are told.
      looks = new Map([...looks].filter(([id]) => now?.has(id)));
    }
    return ids.list;
  };

  const send = (
    studentId: string,
    status: LiveStatus,
    { reason, was }: { reason?: string; was?: Cell } = {},
  ) => {
    const at = new Date().toISOString();
    const { open = 0, version = 0, epoch } = ahead.get(studentId) ?? {};
    const kept = { version, ...(epoch !== undefined && { epoch }) };
    const isAway = client.state !== 'connected';
    const told = { ...(reason && { reason }), ...(was && { was }) };
    ahead.set(studentId, { status, at, open: open + 1, late: isAway, ...kept, ...told });
    if (!isAway) setTimeout(() => ahead.get(studentId)?.at === at && late([studentId]), SOON_MS);
    const settled = (answer?: { version: number; epoch: string }) => {
      const now = ahead.get(studentId);
      if (!now) return;
      const left = now.open - 1;
      if (!answer && left === 0) ahead.delete(studentId);
      else
        ahead.set(studentId, {
          ...now,
          open: left,
          ...(answer && { version: answer.version, epoch: answer.epoch }),
        });
      settle();
      changed();
    };
    client
      .mark({ classId, studentId, status, ...(reason && { reason }) })
      .then(({ version: at_, epoch: in_ }) => settled({ version: at_, epoch: in_ }))
      // Whoever listens to refusals is told why.
      .catch(() => settled());
  };
  const before = (studentIds: readonly string[]) => new Map(studentIds.map((id) => [id, cell(id)]));
  const mark: Book['mark'] = (studentIds, status, reason) => {
    const was = before(studentIds);
    for (const id of studentIds) send(id, status, reason === undefined ? {} : { reason });
    last.set({ status, before: was });
    did(studentIds);
  };

  return {
    view,
    subscribe: telling.subscribe,
    watch: telling.watch,
    hold: telling.hold,
    cell,
    shown(studentId) {
      const now = looks.get(studentId) ?? cell(studentId);
      looks.set(studentId, now);
      return now;
    },
    counts() {
      counts ??= countsOf(roster().map(cell));
      return counts;
    },
    roster,
    known: () => known,
    mark,
    async markRest(status) {
      const rest = roster().filter((id) => cell(id).status === 'unmarked');
      if (client.state === 'connected' && view.state === 'live')
        try {
          const was = before(rest);
          const { marked } = await client.call('MARK_REST', { classId, status, opId: newOpId() });
          last.set({ status, before: was });
          return marked;
        } catch (error) {
          if (!(error instanceof Fault) || !error.kind.retry) throw error;
        }
      const still = rest.filter((id) => cell(id).status === 'unmarked');
      if (still.length > 0) mark(still, status);
      return still.length;
    },
    undo() {
      const action = last.get();
      if (!action) return undefined;
      for (const [id, was] of action.before) {
        const { status, reason } = was;
        if (isDecided(was)) send(id, status, reason === undefined ? {} : { reason });
        else send(id, 'unmarked', { was });
      }
      last.set(undefined);
      did([...action.before.keys()]);
      return action;
    },
    last,
  };
};
