import { randomUUID } from 'node:crypto';
import type { Connection } from 'mongoose';
import { createClasses } from '../../server/data/classes.ts';
import { createLogins } from '../../server/data/logins.ts';
import { createUsers } from '../../server/data/users.ts';
import { createTokens } from '../../server/features/auth/tokens.ts';
import { systemClock } from '../../server/kit/clock.ts';
import { studentIdOf } from '../../shared/ids.ts';
import type { Visibility } from '../../shared/protocol/index.ts';
import type { Role } from '../../shared/status.ts';

/** What the servers of tests and measurements sign with. */
export const SECRET = 'a secret of tests and measurements only';

/** Puts people straight into the database, without hashing a password for each, and gives them tokens. */
export const createSchool = (connection: Connection) => {
  const users = createUsers(connection);
  const logins = createLogins(connection);
  const classes = createClasses(connection);
  const tokens = createTokens({ secret: SECRET, clock: systemClock });

  const person = async (role: Role) => {
    const createdAt = new Date();
    const expiresAt = new Date(Date.now() + 12 * 3600_000);
    const user = await users.create({
      name: role,
      email: `${randomUUID()}@example.org`,
      role,
      createdAt,
      passwordHash: '-',
    });
    const login = await logins.create({
      userId: user.id,
      kind: 'root',
      nonce: '-',
      from: '-',
      createdAt,
      expiresAt,
    });
    const token = tokens.issue({ userId: user.id, role, loginId: login.id, expiresAt: expiresAt.getTime() });
    return { id: user.id, token };
  };

  return {
    async ensureIndexes() {
      await Promise.all([users.ensureIndexes(), logins.ensureIndexes(), classes.ensureIndexes()]);
    },
    person,
    /** A class with a teacher and students, all with tokens. */
    async class(size: number, visibility: Visibility) {
      const teacher = await person('teacher');
      const students: Awaited<ReturnType<typeof person>>[] = [];
      while (students.length < size)
        students.push(
          ...(await Promise.all(
            Array.from({ length: Math.min(50, size - students.length) }, () => person('student')),
          )),
        );
      const { id } = await classes.create({
        className: `Class of ${size}`,
        visibility,
        teacherId: teacher.id,
        createdAt: new Date(),
      });
      for (const student of students) await classes.addStudent(id, studentIdOf(student.id));
      return { id, teacher, students };
    },
  };
};
export type SchoolClass = Awaited<ReturnType<ReturnType<typeof createSchool>['class']>>;
