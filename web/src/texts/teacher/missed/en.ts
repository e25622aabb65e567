const plural = new Intl.PluralRules('en');
const of = (n: number, one: string, other: string) => `${n} ${plural.select(n) === 'one' ? one : other}`;

/** Marks that reached the server when their register was over. */
export const missed = {
  title: (n: number) => of(n, 'mark is not in the record', 'marks are not in the record'),
  note: 'They were made on this device and came when the register was over. Nothing is corrected unless you say so.',
  otherNote: 'They were made on this device, and the server did not take them.',
  from: (name: string, when: string) => `${name}, register of ${when}`,
  unknownRegister: (name: string) => `${name}: no register was open at that time`,
  marked: 'You marked',
  record: 'The record says',
  noRecord: 'No record',
  notYet: 'Being written',
  wasCancelled: 'The register was cancelled',
  tookBack: 'Taken back',
  look: 'Look at them',
  correct: (n: number) => (n === 1 ? 'Correct the record' : `Correct all ${n}`),
  correctTitle: (n: number) => (n === 1 ? 'Correct the record' : `Correct ${n} records`),
  correctOne: (name: string) => `Correct the record: ${name}`,
  letGo: (n: number) => (n === 1 ? 'Let it go' : 'Let them go'),
  letGoOne: (name: string) => `Let it go: ${name}`,
  goneMany: (n: number) => `${of(n, 'mark was', 'marks were')} let go; the record stays as it is`,
  correctedMany: (n: number) => `${of(n, 'record', 'records')} corrected`,
  before: 'Marked offline before the end',
  after: 'Marked offline',
};
