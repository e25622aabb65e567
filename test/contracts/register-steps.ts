import fc from 'fast-check';
import { LiveStatus, Source } from '../../shared/status.ts';
import { at, newStudents, newTeacher, op } from './register-support.ts';

/** Small, so that random steps meet its edge. */
export const LOG_LIMIT = 12;
export const STUDENTS = newStudents(5);
const TEACHERS = [newTeacher(), newTeacher()];

const student = fc.constantFrom(...STUDENTS);
const marks = fc
  .record({
    studentId: student,
    status: fc.constantFrom(...LiveStatus.options),
    // Teachers and presences more often than the rest: there precedence has the most to decide.
    source: fc.oneof(fc.constantFrom('teacher' as const, 'qr' as const), fc.constantFrom(...Source.options)),
    at: fc.nat(4).map(at),
    by: fc.option(fc.constantFrom(...TEACHERS), { nil: undefined }),
    opId: fc.option(
      fc.nat(6).map((n) => op(`op${n}`)),
      { nil: undefined, freq: 2 },
    ),
    names: fc.constantFrom('none', 'none', 'none', 'live', 'other'),
  })
  // Only a teacher takes back what was said.
  .map(({ names, source, ...said }) => ({
    names,
    request: { ...said, source: said.status === 'unmarked' ? ('teacher' as const) : source },
  }));

/** What may happen to one class; `burst` sends its marks without waiting for answers. */
export const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('burst' as const),
      marks: fc.array(marks, { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('enrol' as const, 'withdraw' as const, 'entry' as const),
      student,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('since' as const),
      back: fc.integer({ min: -2, max: LOG_LIMIT + 2 }),
      same: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('open' as const, 'live' as const, 'counts' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('freeze' as const, 'drop' as const), other: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;
