import { z } from 'zod';
import type { SectionId, UserId } from '../../../shared/ids.ts';
import { IMPORT_FIELDS } from '../../../shared/import-columns.ts';
import { Email } from '../../../shared/rest/auth.ts';
import type { ImportCause } from '../../../shared/rest/imports.ts';
import { Code, NewStudent } from '../../../shared/rest/people.ts';
import type { Kind, People, Person } from '../../data/people.ts';
import { nameOf } from '../../domain/names.ts';
import type { Clock } from '../../kit/clock.ts';
import type { Importing, Numbered, Outcome } from './imports.ts';
import { keyOf, type SectionFinder } from './section-finder.ts';

const text = z.string().optional();
const Common = {
  firstName: NewStudent.shape.firstName,
  lastName: NewStudent.shape.lastName,
  email: Email.optional(),
  section: text,
  dep: text,
  batch: text,
};
/** A row with its code under one name. */
const ROWS = {
  student: z
    .object({ studentCode: Code, ...Common })
    .transform(({ studentCode, ...row }) => ({ ...row, code: studentCode })),
  teacher: z
    .object({ teacherCode: Code, ...Common })
    .transform(({ teacherCode, ...row }) => ({ ...row, code: teacherCode })),
};
type Row = z.output<(typeof ROWS)['student']>;

type Deps = {
  people: Pick<People, 'findByCodes' | 'ownersOf' | 'writeAll'>;
  findSections: SectionFinder;
  rosters: { sectionsChanged(sectionIds: readonly SectionId[]): Promise<void> };
  clock: Clock;
};

/** How often rows are compared again that met somebody else's writing. */
const TRIES = 3;

/** What a row asks to be written; nothing when all of it stands there already. */
const changeOf = (row: Row, sectionId: SectionId | undefined, known: Person | undefined) => {
  const { code, firstName, lastName, email } = row;
  if (!known) return { code, firstName, lastName, email, sectionId, name: nameOf(row) };
  const differs = <T>(value: T | undefined, present: T | null) =>
    value !== undefined && value !== present ? value : undefined;
  const set = {
    firstName: differs(firstName, known.firstName),
    lastName: differs(lastName, known.lastName),
    email: differs(email, known.email),
    sectionId: differs(sectionId, known.sectionId),
  };
  if (Object.values(set).every((value) => value === undefined)) return undefined;
  const renamed = set.firstName !== undefined || set.lastName !== undefined;
  return {
    ...set,
    ...(renamed && { name: nameOf({ ...known, ...row, lastName: lastName ?? known.lastName }) }),
  };
};

/** A row, and where it stands among those that are carried out together. */
type Placed = Numbered<Row> & { readonly place: number };
type Write = Placed & {
  readonly id: UserId | null;
  readonly set: NonNullable<ReturnType<typeof changeOf>>;
};

/** Students or teachers, known again by their code. An empty field leaves what there is. */
export const peopleImport =
  (kind: Kind, { people, findSections, rosters, clock }: Deps) =>
  (): Importing<Row> => {
    const codes = new Map<string, number>();
    const addresses = new Map<string, number>();
    const mentioned = new Set<SectionId>();

    const twice = ({ line, row }: Numbered<Row>): ImportCause | undefined => {
      const first = codes.get(row.code) ?? line;
      if (first !== line) return { code: 'CODE_REPEATED', value: row.code, line: first };
      const owner = (row.email !== undefined && addresses.get(row.email)) || line;
      return owner === line ? undefined : { code: 'EMAIL_REPEATED', line: owner };
    };
    /** Only a row that is carried out keeps others of its code or address out. */
    const remember = ({ line, row }: Numbered<Row>): void => {
      codes.set(row.code, line);
      if (row.email !== undefined) addresses.set(row.email, line);
    };
    const forget = ({ row }: Numbered<Row>): void => {
      codes.delete(row.code);
      if (row.email !== undefined) addresses.delete(row.email);
    };

    return {
      fields: IMPORT_FIELDS[`${kind}s`],
      schema: ROWS[kind],

      async apply(rows, dryRun) {
        const sections = await findSections(rows.map(({ row }) => row));
        const touched = new Set<SectionId>();
        const outcomes: Outcome[] = [];

        /** Compares rows with what stands now; answers with what is to be written. */
        const compare = async (places: readonly Placed[]): Promise<Write[]> => {
          const found = await people.findByCodes(
            kind,
            places.map(({ row }) => row.code),
          );
          const byCode = new Map(found.map((person) => [person.code, person]));
          const owners = await people.ownersOf(places.flatMap(({ row }) => row.email ?? []));
          return places.flatMap((numbered): Write[] => {
            const { row, place } = numbered;
            const bad = (problem: ImportCause): [] => {
              outcomes[place] = { problem };
              return [];
            };
            const repeated = twice(numbered);
            if (repeated !== undefined) return bad(repeated);
            const section = row.section === undefined ? undefined : sections.get(keyOf(row));
            if (section && 'problem' in section) return bad(section.problem);
            const known = byCode.get(row.code);
            const owner = row.email === undefined ? undefined : owners.get(row.email);
            if (owner !== undefined && owner !== known?.id) return bad({ code: 'EMAIL_EXISTS' });
            const set = changeOf(row, section?.id, known);
            if (known?.hasLogin && set?.email !== undefined) return bad({ code: 'EMAIL_OF_ACCOUNT' });
            remember(numbered);
            if (section) mentioned.add(section.id);
            outcomes[place] = set === undefined ? 'unchanged' : known ? 'updated' : 'created';
            if (set === undefined) return [];
            if (set.sectionId) for (const id of [set.sectionId, known?.sectionId]) if (id) touched.add(id);
            return [{ ...numbered, id: known?.id ?? null, set }];
          });
        };

        let writes = await compare(rows.map((numbered, place) => ({ ...numbered, place })));
        if (dryRun) return outcomes;
        for (let tries = 1; writes.length > 0; tries++) {
          const refused = await people.writeAll(kind, writes, new Date(clock.now()));
          const again: Write[] = [];
          for (const [index, code] of refused) {
            const write = writes[index];
            if (write === undefined) continue;
            outcomes[write.place] = { problem: { code: code === 'HAS_LOGIN' ? 'EMAIL_OF_ACCOUNT' : code } };
            again.push(write);
            forget(write);
          }
          // Somebody else was writing the same people: what they wrote may be what this row says.
          writes = tries < TRIES ? await compare(again) : [];
        }
        if (touched.size > 0) await rosters.sectionsChanged([...touched]);
        return outcomes;
      },

      // Also those in which nothing changed: an import that broke off is put right by sending it again.
      async finish() {
        if (mentioned.size > 0) await rosters.sectionsChanged([...mentioned]);
      },
    };
  };
