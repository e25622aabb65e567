import type { Server, Socket } from 'socket.io';
import type { FaultCode } from '../../shared/faults.ts';
import type { ClassId, LoginId, UserId } from '../../shared/ids.ts';
import type { Presence } from '../domain/audience.ts';
import type { Belonging } from '../domain/who.ts';
import type { Seat, Seats } from './seats.ts';

/** The name under which one instance tells the others who came or went. */
const CAME_OR_WENT = 'rollcall:presence';

type News =
  | { kind: 'joined'; userId: UserId; classId: ClassId; as: Belonging }
  | { kind: 'left'; userId: UserId; classId: ClassId }
  | { kind: 'login-ended'; loginId: LoginId }
  | { kind: 'user-ended'; userId: UserId };

type Deps = {
  readonly io: Server;
  readonly seats: Seats;
  readonly others: boolean;
  /** Starts to follow a class for a seat, before it joins. */
  readonly hold: (seat: Seat, classId: ClassId) => Promise<void>;
  readonly release: (seat: Seat, classId: ClassId) => void;
  /** Reads the memberships of a seat again and arranges it accordingly. */
  readonly rearrange: (seat: Seat) => Promise<void>;
  readonly end: (socket: Socket, code: FaultCode) => void;
  readonly onError: (error: unknown) => void;
};

/** Applies to the open connections what was changed in the database, here and on every other instance (AU2, AU3). */
export const createPresence = ({
  io,
  seats,
  others,
  hold,
  release,
  rearrange,
  end,
  onError,
}: Deps): Presence => {
  const endSeat = (seat: Seat) => {
    seat.ended = true;
    if (seat.seated) end(seat.socket, 'SOCKET_UNAUTHORIZED');
  };

  const come = async (seat: Seat, classId: ClassId, as: Belonging): Promise<void> => {
    const { news } = seat;
    await hold(seat, classId);
    // While following began they may have gone, or more was said of them: then the database says where they belong.
    if (seats.at(seat.socket.id) !== seat) release(seat, classId);
    else if (seat.news === news) seats.join(seat, classId, as);
    else await rearrange(seat);
  };

  const apply = async (news: News): Promise<void> => {
    if (news.kind === 'login-ended') {
      for (const seat of [...seats.all()]) if (seat.who.loginId === news.loginId) endSeat(seat);
      return;
    }
    const coming: Promise<void>[] = [];
    for (const seat of [...seats.of(news.userId)]) {
      if (news.kind === 'joined' && seat.only !== undefined && seat.only !== news.classId) continue;
      seat.news += 1;
      if (news.kind === 'user-ended') endSeat(seat);
      else if (news.kind === 'left') {
        if (!seat.seated) seat.barred = [...(seat.barred ?? []), news.classId];
        seats.leave(seat, news.classId);
        release(seat, news.classId);
      } else if (seat.seated) coming.push(come(seat, news.classId, news.as));
    }
    await Promise.all(coming);
  };

  /** Resolves when the others have done so, too; they read everything anew when their connection comes back. */
  const tellOthers = (news: News): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      const done = (error: unknown) => (error ? reject(error) : resolve());
      // Not io.serverSideEmit: it lets go of the promise, and its rejection would end the process.
      Promise.resolve(io.of('/').adapter.serverSideEmit([CAME_OR_WENT, news, done])).catch(reject);
    }).catch(onError);

  io.on(CAME_OR_WENT, (news: News, done: () => void) => void apply(news).catch(onError).finally(done));

  const tell = async (news: News) => {
    await Promise.all([apply(news), others ? tellOthers(news) : undefined]);
  };

  return {
    joined: (userId, classId, as) => tell({ kind: 'joined', userId, classId, as }),
    left: (userId, classId) => tell({ kind: 'left', userId, classId }),
    loginEnded: (loginId) => tell({ kind: 'login-ended', loginId }),
    userEnded: (userId) => tell({ kind: 'user-ended', userId }),
  };
};
