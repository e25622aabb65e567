import { admin } from './admin/en.ts';
import { analytics } from './analytics/en.ts';
import { board } from './board/en.ts';
import { claim } from './claim/en.ts';
import { first } from './en-first.ts';
import { student } from './student/en.ts';
import { teacher } from './teacher/en.ts';

/** Every text of the app in English; what the other languages must have too. */
export const en = {
  ...first,
  /** Screens of teachers: their classes, the live register, its records. */
  teacher,
  /** The projector. */
  board,
  /** Screens of students: their own status, checking in, their history, passkeys. */
  student,
  /** The page behind an invitation, or behind a link for a new password. */
  claim,
  /** Screens of administrators. */
  admin,
  analytics,
};

/** What a language says: of the same shape as English. */
export type Texts = Widened<typeof en>;
type Widened<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Widened<T[K]> };
