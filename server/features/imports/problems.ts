import { FAULTS } from '../../../shared/faults.ts';
import type { ImportCause } from '../../../shared/rest/imports.ts';

/** As much of what a row says as is told again, in characters. */
const MOST = 200;

/** What a row has in some place, as far as it is told. */
export const said = (text: string): string => (text.length > MOST ? `${text.slice(0, MOST)}…` : text);

/** A cause in plain English, for clients without words of their own. */
const sentenceOf = (cause: ImportCause): string => {
  const { field, value, line, message, columns, expected } = cause;
  switch (cause.code) {
    case 'ROW_TOO_LONG':
      return 'is too long';
    case 'ROW_QUOTES':
      return 'has a quote that is not closed, or not where one may be';
    case 'ROW_COLUMNS':
      return `has ${columns} columns, the header has ${expected}`;
    case 'ROW_NOT_UTF8':
      return 'is not in UTF-8; save the file as “CSV UTF-8” and send it again';
    case 'FIELD_MISSING':
      return `${field} is missing`;
    case 'FIELD_INVALID':
      return `${field} ${message}`.trim();
    case 'CODE_REPEATED':
      return `code ${value} stands in line ${line} already`;
    case 'EMAIL_REPEATED':
      return `email stands in line ${line} already`;
    case 'CODE_EXISTS':
    case 'EMAIL_EXISTS':
      return FAULTS[cause.code].text;
    case 'EMAIL_OF_ACCOUNT':
      return 'email of somebody with a log-in is what they sign in with, and not changed here';
    case 'SECTION_UNKNOWN':
      return `section ${value} is not known`;
    case 'SECTION_AMBIGUOUS':
      return `section ${value} is there more than once; say dep and batch`;
    case 'CLASS_UNKNOWN':
      return `class ${value} is not known`;
    case 'STUDENT_UNKNOWN':
      return `student ${value} is not known`;
    case 'BATCH_GONE':
      return 'its department and batch are gone again';
  }
};

/** Why a row was left out: for people, and for those who have words of their own. */
export const problemOf = (line: number, causes: readonly ImportCause[]) => ({
  line,
  reason: causes.map(sentenceOf).join('; '),
  causes: [...causes],
});
