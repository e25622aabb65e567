import type { ClassId, LoginId, StudentId, UserId } from '../../shared/ids.ts';
import type { Audience, DataOf, Event, Visibility } from '../../shared/protocol/index.ts';
import type { Belonging } from './who.ts';

/** Room names. No room holds more people than one audience, so no message can reach someone who may not hear it. */
export const room = {
  staff: (classId: ClassId) => `class:${classId}:staff`,
  students: (classId: ClassId) => `class:${classId}:students`,
  synced: (classId: ClassId) => `class:${classId}:synced`,
  syncedStaff: (classId: ClassId) => `class:${classId}:synced-staff`,
} as const;

/** What an event is about: its class, and where the audience asks for them, the class's visibility and the student. */
export type Scope = {
  readonly classId: ClassId;
  readonly visibility?: Visibility | undefined;
  readonly studentId?: StudentId | undefined;
};

/** Which rooms an audience means, and which of the concerned student's own connections: all, or those that sent SYNC. */
export type Reach = { readonly rooms: readonly string[]; readonly subject?: 'all' | 'synced' };

/** What an audience means in a class (AU1). */
export const reachOf = (
  audience: readonly Audience[],
  { classId, visibility }: Pick<Scope, 'classId' | 'visibility'>,
): Reach => {
  const openToAll = visibility === 'open' && audience.includes('students-if-open');
  const rooms: string[] = [];
  let subject: Reach['subject'];
  for (const who of audience) {
    if (who === 'staff') rooms.push(room.staff(classId));
    else if (who === 'students' || (who === 'students-if-open' && openToAll))
      rooms.push(room.students(classId));
    else if (who === 'synced') rooms.push(room.synced(classId));
    else if (who === 'synced-staff') rooms.push(room.syncedStaff(classId));
    else if (who === 'one') throw new Error('this event answers one connection and cannot be published');
    else if (who === 'synced-subject') subject = 'synced';
    else if (who === 'subject' && !openToAll) subject = 'all';
  }
  return subject ? { rooms, subject } : { rooms };
};

/** Tells an event to its audience, on every instance. Never throws and does not wait for delivery. */
export type Publish = <E extends Event>(event: E, scope: Scope, data: DataOf<E>) => void;

/**
 * What the open sockets must learn when people come and go (AU2, AU3), on every instance. The database must
 * have been changed before. Resolves once this instance has done so and the others have been told.
 */
export type Presence = {
  joined(userId: UserId, classId: ClassId, as: Belonging): Promise<void>;
  left(userId: UserId, classId: ClassId): Promise<void>;
  loginEnded(loginId: LoginId): Promise<void>;
  /** Every socket of the user, whatever log-in it came with. */
  userEnded(userId: UserId): Promise<void>;
};
