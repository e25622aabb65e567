import type { Texts } from '../texts/en.ts';
import { languageNow, textsNow } from './language.ts';

type Fields = Texts['fields'];

/** What the server says of a field, in its own English, and what we say for it. The first that fits counts. */
const KNOWN: readonly (readonly [RegExp, (fields: Fields, n: number) => string])[] = [
  [/^Too small: expected string to have >=1 char/, ({ needed }) => needed],
  [/^Invalid input: expected .*, received undefined$/, ({ needed }) => needed],
  [/^Name must not be empty$/, ({ needed }) => needed],
  [/^(?:must have at least|Too small: expected string to have >=)\s?(\d+)/, ({ longer }, n) => longer(n)],
  [/^must have at most \d+ bytes$/, ({ bytes }) => bytes],
  [/^(?:.*must have at most|Too big: expected string to have <=)\s?(\d+)/, ({ shorter }, n) => shorter(n)],
  [/^is too long$/, ({ bytes }) => bytes],
  [/^Too small: expected (?:number|int) to be >=(-?\d+)/, ({ least }, n) => least(n)],
  [/^Too big: expected (?:number|int) to be <=(-?\d+)/, ({ most }, n) => most(n)],
  [/^a session may stay open for ([\d.]+) minutes at most$/, ({ most }, n) => most(n)],
  [/^Too big: expected array to have <=(\d+)/, ({ fewer }, n) => fewer(n)],
  [/^Invalid input: expected (?:number|int),/, ({ number }) => number],
  [/^Invalid email/, ({ email }) => email],
  [/^Invalid ISO date$/, ({ date }) => date],
  [/^(?:Invalid ISO (?:time|datetime)$|must be HH:MM)/, ({ time }) => time],
  [/^Invalid option:/, ({ choice }) => choice],
  [/^must change something$/, ({ change }) => change],
  [/^must be one line of readable text$/, ({ oneLine }) => oneLine],
  [/^must not look like an id of ours$/, ({ likeId }) => likeId],
  [/^must be 1–64 letters/, ({ name }) => name],
  [/^must be after the beginning$/, ({ after }) => after],
  [/^must be in the future$/, ({ future }) => future],
  [/^must be the name of a room/, ({ notRoom }) => notRoom],
  [/^must leave time to be late: it ends after (\d+)$/, ({ neverLate }, n) => neverLate(n)],
  [/^is missing$/, ({ missing }) => missing],
  [/^at most \d+ passkeys/, ({ tooMany }) => tooMany],
];

/** What the server says of a field, in the language in use; what is not known is told as it is in English, else in general. */
export const fieldError = (message: string): string => {
  const { fields } = textsNow();
  for (const [pattern, say] of KNOWN) {
    const found = pattern.exec(message);
    if (found) return say(fields, Number(found[1]));
  }
  return languageNow() === 'en' ? message : fields.wrong;
};
