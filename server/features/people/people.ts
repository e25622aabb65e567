import { Fault, type FaultCode } from '../../../shared/faults.ts';
import type { SectionId, StudentId, UserId } from '../../../shared/ids.ts';
import { studentIdOf } from '../../../shared/ids.ts';
import type { Logins } from '../../data/logins.ts';
import type { Kind, People, Person, PersonFields } from '../../data/people.ts';
import type { Presence } from '../../domain/audience.ts';
import { nameOf } from '../../domain/names.ts';
import type { Clock } from '../../kit/clock.ts';

export type PeopleDeps = {
  people: People;
  /** Who of these is invited, and until when. */
  invitedUntil: (ids: readonly UserId[], now: Date) => Promise<ReadonlyMap<UserId, Date>>;
  logins: Pick<Logins, 'endAllOf'>;
  presence: Pick<Presence, 'userEnded'>;
  /** SECTION_NOT_FOUND where there is none. */
  requireSection: (sectionId: SectionId) => Promise<unknown>;
  rosters: {
    /** Brings the classes of these sections up to date, and these students' places in their live registers. */
    sectionsChanged(sectionIds: readonly SectionId[], students: readonly StudentId[]): Promise<void>;
    /** Takes somebody off every roster. */
    forgetStudent(studentId: StudentId): Promise<void>;
  };
  /** What teachers have to do with classes. */
  classes: {
    ownsOne(userId: UserId): Promise<boolean>;
    forgetCoTeacher(userId: UserId): Promise<void>;
  };
  clock: Clock;
};

const NOT_FOUND: Record<Kind, FaultCode> = { student: 'STUDENT_NOT_FOUND', teacher: 'TEACHER_NOT_FOUND' };

/** The students and teachers whom the school knows, with or without a log-in (SC1). */
export const createPeopleService = (deps: PeopleDeps) => {
  const { people, logins, presence, rosters, classes, clock } = deps;
  const now = () => new Date(clock.now());

  const read = async (kind: Kind, id: UserId): Promise<Person> => {
    const person = await people.find(kind, id);
    if (!person) throw new Fault(NOT_FOUND[kind]);
    return person;
  };

  const moved = async (person: Person, ...sectionIds: (SectionId | null)[]) => {
    const known = sectionIds.filter((sectionId) => sectionId !== null);
    if (known.length > 0) await rosters.sectionsChanged(known, [studentIdOf(person.id)]);
  };

  return {
    read,
    list: people.list,

    /** Until when those without a log-in are invited to make one; whoever is not is left out. */
    invitedUntil: async (of: readonly Person[]): Promise<ReadonlyMap<UserId, Date>> => {
      const ids = of.filter(({ hasLogin }) => !hasLogin).map(({ id }) => id);
      return ids.length === 0 ? new Map() : await deps.invitedUntil(ids, now());
    },

    /** CODE_EXISTS, EMAIL_EXISTS, SECTION_NOT_FOUND. */
    async create(
      kind: Kind,
      fields: PersonFields & { readonly firstName: string; readonly sectionId?: SectionId | undefined },
    ): Promise<Person> {
      if (fields.sectionId !== undefined) await deps.requireSection(fields.sectionId);
      const person = await people.create(kind, { ...fields, name: nameOf(fields) }, now());
      await moved(person, person.sectionId);
      return person;
    },

    /** CODE_EXISTS, EMAIL_EXISTS, SECTION_NOT_FOUND; HAS_LOGIN for the address of somebody with a log-in. */
    async update(
      kind: Kind,
      id: UserId,
      patch: PersonFields & { readonly sectionId?: SectionId | null | undefined },
    ): Promise<Person> {
      const present = await read(kind, id);
      if (patch.sectionId) await deps.requireSection(patch.sectionId);
      const signsIn = new Fault('HAS_LOGIN', {
        text: 'Somebody with a log-in signs in with this address; it cannot be changed here',
      });
      const email = patch.email === present.email ? undefined : patch.email;
      if (present.hasLogin && email !== undefined) throw signsIn;
      const next = { ...present, ...withoutUndefined(patch) };
      const renamed = patch.firstName !== undefined || patch.lastName !== undefined;
      // Who signed up with one name keeps it until their first name is known.
      const name = renamed && next.firstName !== null ? nameOf(next) : undefined;
      const changed = await people.update(kind, id, { ...patch, email, name });
      if (!changed) throw (await people.find(kind, id)) ? signsIn : new Fault(NOT_FOUND[kind]);
      const { before, after } = changed;
      if (patch.sectionId !== undefined) await moved(after, before.sectionId, after.sectionId);
      return after;
    },

    /** Off every roster, every log-in ended; what was recorded of them stays. STILL_IN_USE for owners of classes. */
    async remove(kind: Kind, id: UserId): Promise<void> {
      await read(kind, id);
      if (kind === 'teacher' && (await classes.ownsOne(id)))
        throw new Fault('STILL_IN_USE', { text: 'This teacher owns classes; delete those first' });
      // The person last: until then the request can be sent again after a failure.
      if (kind === 'student') await rosters.forgetStudent(studentIdOf(id));
      else await classes.forgetCoTeacher(id);
      await people.remove(kind, id, now());
      // Once more: they may have been put on a roster, or may have logged in, in the meantime.
      if (kind === 'student') await rosters.forgetStudent(studentIdOf(id));
      else await classes.forgetCoTeacher(id);
      await logins.endAllOf(id, now());
      await presence.userEnded(id);
    },
  };
};
export type PeopleService = ReturnType<typeof createPeopleService>;

const withoutUndefined = <T extends object>(from: T): Partial<T> =>
  Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined)) as Partial<T>;
