import type mongoose from 'mongoose';
import type { SectionId } from '../shared/ids.ts';
import { createAudit } from './data/audit.ts';
import type { Classes } from './data/classes.ts';
import { createInvitations } from './data/invitations.ts';
import type { Logins } from './data/logins.ts';
import { createPasskeys } from './data/passkeys.ts';
import { createPeople } from './data/people.ts';
import { createStructure } from './data/structure.ts';
import type { Users } from './data/users.ts';
import type { Presence } from './domain/audience.ts';
import type { Hashing } from './features/auth/hashing.ts';
import { createRosters } from './features/classes/rosters.ts';
import { createImports } from './features/imports/imports.ts';
import { peopleImport } from './features/imports/people.ts';
import { rostersImport } from './features/imports/rosters.ts';
import { createSectionFinder } from './features/imports/section-finder.ts';
import { sectionsImport } from './features/imports/sections.ts';
import { createInvitationService } from './features/invitations/invitations.ts';
import { createRepairs } from './features/invitations/repairs.ts';
import { createPeopleService } from './features/people/people.ts';
import { createStructureService } from './features/structure/structure.ts';
import type { Checkpoint } from './kit/checkpoint.ts';
import type { Clock } from './kit/clock.ts';
import type { Register } from './live/register.ts';

/** The school: its people with and without log-ins, its sections, and whose classes they are in. */
export const buildSchool = async ({
  connection,
  users,
  logins,
  classes,
  presence,
  register,
  hashing,
  clock,
  checkpoint,
}: {
  connection: mongoose.Connection;
  users: Users;
  logins: Logins;
  classes: Classes;
  presence: Presence;
  register: Pick<Register, 'enrol' | 'withdraw'>;
  hashing: Hashing;
  clock: Clock;
  checkpoint: Checkpoint;
}) => {
  const peopleData = createPeople(connection);
  const structureData = createStructure(connection);
  const invitationData = createInvitations(connection);
  await Promise.all([structureData.ensureIndexes(), invitationData.ensureIndexes()]);

  const structure = createStructureService({
    structure: structureData,
    isUsed: {
      byStudents: async (id: SectionId) => (await peopleData.inSections([id])).length > 0,
      byClasses: async (id: SectionId) => (await classes.rosters.ofSections([id])).length > 0,
    },
  });
  const rosters = createRosters({
    classes,
    users,
    inSections: peopleData.inSections,
    presence,
    register,
  });
  const people = createPeopleService({
    people: peopleData,
    invitedUntil: invitationData.untilOf,
    logins,
    presence,
    requireSection: structure.section,
    rosters,
    classes: { ownsOne: classes.ownsOne, forgetCoTeacher: classes.rosters.forgetCoTeacher },
    clock,
  });

  const invitations = createInvitationService({
    invitations: invitationData,
    people,
    users,
    hashing,
    clock,
    checkpoint,
  });
  const repairs = createRepairs({
    invitations: invitationData,
    users,
    logins,
    passkeys: createPasskeys(connection),
    audit: createAudit(connection),
    presence,
    hashing,
    clock,
    checkpoint,
  });

  const findSections = createSectionFinder(structureData);
  const forPeople = { people: peopleData, findSections, rosters, clock };
  const imports = createImports({
    students: peopleImport('student', forPeople),
    teachers: peopleImport('teacher', forPeople),
    sections: sectionsImport(structureData),
    rosters: rostersImport({ classes, findStudents: users.findByStudentCodes, rosters }),
  });

  return {
    rosters,
    requireSections: structure.requireSections,
    /** What the school's routes call. */
    services: { people, structure, invitations, repairs, imports },
    /** Removes what is over. */
    forgetOver: invitationData.forgetOver,
  };
};
