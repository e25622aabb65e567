import { Fault } from '../../../shared/faults.ts';
import { guessColumns, type ImportFields, plainHeader } from '../../../shared/import-columns.ts';

/** Which column holds which field, and which columns hold none. */
export type Columns = {
  readonly at: ReadonlyMap<string, number>;
  readonly named: Readonly<Record<string, string>>;
  readonly ignored: readonly string[];
};

const wrong = (path: string, message: string) =>
  new Fault('INVALID_REQUEST', { details: [{ path, message }] });

/** `field:Header,field:Header` */
const mapped = (map: string, fields: ImportFields): Map<string, string> =>
  new Map(
    map.split(',').map((pair) => {
      const colon = pair.indexOf(':');
      const [field, header] = [pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()];
      if (colon < 1 || header === '') throw wrong('query.map', 'must be field:Header,field:Header');
      if (!Object.hasOwn(fields, field))
        throw wrong('query.map', `knows these fields: ${Object.keys(fields).join(', ')}`);
      return [field, header];
    }),
  );

/** Reads a header; INVALID_REQUEST where a required field has no column, or `map` names one that is not there. */
export const columnsOf = (
  header: readonly string[],
  fields: ImportFields,
  map: string | undefined,
): Columns => {
  if (header.some((name) => /[\p{Cc}\uFFFD]/u.test(name.replaceAll('\n', ' '))))
    throw wrong('body', 'must be UTF-8');
  const names = header.map(plainHeader);
  const asked = map === undefined ? new Map<string, string>() : mapped(map, fields);
  const chosen = new Map<string, number>();
  for (const [field, title] of asked) {
    const place = names.indexOf(plainHeader(title));
    if (place < 0) throw wrong('query.map', `there is no column “${title}”`);
    chosen.set(field, place);
  }
  const at = guessColumns(header, fields, chosen);
  for (const [field, { required }] of Object.entries(fields))
    if (required && !at.has(field)) throw wrong(field, `has no column; name one with ?map=${field}:Header`);
  const used = new Set(at.values());
  return {
    at,
    named: Object.fromEntries([...at].map(([field, place]) => [field, header[place] ?? ''])),
    ignored: header.filter((_, place) => !used.has(place)),
  };
};

/** The fields of a row; what is empty is left out. */
export const valuesOf = (row: readonly string[], { at }: Columns): Record<string, string> =>
  Object.fromEntries(
    [...at].flatMap(([field, place]) => {
      const value = row[place]?.trim() ?? '';
      return value === '' ? [] : [[field, value]];
    }),
  );
