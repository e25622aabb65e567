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

/** Where an event goes: whole rooms, and one student's own connections (`synced`: those only that sent SYNC). */
export type Destination = {
  readonly rooms: readonly string[];
  readonly subject?: { readonly studentId: StudentId; readonly synced: boolean };
};

/** What an audience means within a scope (AU1). Throws where the scope lacks the student that the audience needs. */
export const destination = (audience: readonly Audience[], scope: Scope): Destination => {
  const { classId, studentId } = scope;
  const openToAll = scope.visibility === 'open' && audience.includes('students-if-open');
  const rooms: string[] = [];
  let subject: Destination['subject'];
  for (const who of audience) {
    if (who === 'staff') rooms.push(room.staff(classId));
    else if (who === 'students' || (who === 'students-if-open' && openToAll))
      rooms.push(room.students(classId));
    else if (who === 'synced') rooms.push(room.synced(classId));
    else if (who === 'synced-staff') rooms.push(room.syncedStaff(classId));
    else if (who === 'one') throw new Error('this event answers one connection and cannot be published');
    else if (who === 'synced-subject' || (who === 'subject' && !openToAll)) {
      if (studentId === undefined) throw new Error('this audience needs a student');
      subject = { studentId, synced: who === 'synced-subject' };
    }
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
