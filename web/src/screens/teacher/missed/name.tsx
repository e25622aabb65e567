import type { Student } from '../../../../../shared/rest/people.ts';
import { useTexts } from '../../../lib/language.ts';
import { useShown } from '../../../lib/queries.ts';

/** A student's name; whoever is not in the class any more is asked for. */
export const StudentName = ({ id, known }: { id: string; known: string | undefined }) => {
  const { teacher } = useTexts();
  const asked = useShown<Student>(known === undefined ? `/api/v1/students/${id}` : undefined);
  return <b>{known ?? asked.data?.data.name ?? teacher.unknownName}</b>;
};
