import { SessionId, StudentId } from '../../shared/ids.ts';

/** The name of a student's row in a session, whether there is a record yet or not. */
export const rowId = (sessionId: SessionId, studentId: StudentId): string => `${sessionId}-${studentId}`;

/** Whose row in which session a name means; null when it is none. */
export const readRowId = (id: string): { sessionId: SessionId; studentId: StudentId } | null => {
  const [first, second, ...more] = id.split('-');
  const sessionId = SessionId.safeParse(first);
  const studentId = StudentId.safeParse(second);
  if (!sessionId.success || !studentId.success || more.length > 0) return null;
  return { sessionId: sessionId.data, studentId: studentId.data };
};
