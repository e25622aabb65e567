/**
 * The embedded engine acknowledges `w: 'majority'` before the journal is written, even with `j: true` (measured:
 * writes lost in one of six kill -9; none in 400 with `w: 1, j: true`). It is the only node, hence its own majority:
 * so that is what it is told. Works on the wire message, below every driver.
 */

const OP_MSG = 2013;
const HEADER = 16;
const MAJORITY = Buffer.from('\x02w\0\x09\0\0\0majority\0', 'latin1');
const JOURNALED = Buffer.from('\x10w\0\x01\0\0\0\x08j\0\x01', 'latin1');

/** The same message, with a write concern of `w: 'majority'` turned into `w: 1, j: true`. */
export function journalMajority(message: Buffer): Buffer {
  if (message.length < HEADER + 5 || message.readInt32LE(12) !== OP_MSG || !message.includes(MAJORITY))
    return message;
  for (let section = HEADER + 4; section + 5 <= message.length; ) {
    const size = message.readInt32LE(section + 1);
    if (message[section] === 0) return rewrite(message, section + 1);
    section += 1 + size; // a sequence of documents: the command itself comes before or after it
  }
  return message;
}

function rewrite(message: Buffer, command: number): Buffer {
  const concern = elements(message, command).find(({ type, name }) => type === 3 && name === 'writeConcern');
  if (!concern) return message;
  const kept = elements(message, concern.value)
    .filter(({ name }) => name !== 'w' && name !== 'j')
    .map(({ start, end }) => message.subarray(start, end));
  const w = elements(message, concern.value).find(({ name }) => name === 'w');
  if (!w || !message.subarray(w.start, w.end).equals(MAJORITY)) return message;
  const inner = Buffer.concat([Buffer.alloc(4), JOURNALED, ...kept, Buffer.alloc(1)]);
  inner.writeInt32LE(inner.length, 0);
  const whole = Buffer.concat([message.subarray(0, concern.value), inner, message.subarray(concern.end)]);
  whole.writeInt32LE(whole.length, 0);
  whole.writeInt32LE(message.readInt32LE(command) + whole.length - message.length, command);
  return whole;
}

type Element = { type: number; name: string; start: number; value: number; end: number };

/** Where the elements of the BSON document at `from` are; nested ones are stepped over. */
function elements(bson: Buffer, from: number): Element[] {
  const found: Element[] = [];
  const last = from + bson.readInt32LE(from) - 1;
  for (let start = from + 4; start < last; ) {
    const type = bson[start] ?? 0;
    const value = bson.indexOf(0, start + 1) + 1;
    const end = value + sizeOf(bson, type, value);
    found.push({ type, name: bson.toString('utf8', start + 1, value - 1), start, value, end });
    start = end;
  }
  return found;
}

const FIXED: Record<number, number> = {
  1: 8, // double
  6: 0, // undefined
  7: 12, // ObjectId
  8: 1, // boolean
  9: 8, // date
  10: 0, // null
  16: 4, // int32
  17: 8, // timestamp
  18: 8, // int64
  19: 16, // decimal128
  127: 0, // MaxKey
  255: 0, // MinKey
};

function sizeOf(bson: Buffer, type: number, value: number): number {
  const fixed = FIXED[type];
  if (fixed !== undefined) return fixed;
  if (type === 11) return bson.indexOf(0, bson.indexOf(0, value) + 1) + 1 - value; // regular expression
  const size = bson.readInt32LE(value);
  if (type === 3 || type === 4 || type === 15) return size; // document, array, code with scope
  if (type === 2 || type === 13 || type === 14) return 4 + size; // string, code, symbol
  if (type === 5) return 5 + size; // binary
  if (type === 12) return 16 + size; // pointer
  throw new Error(`BSON type ${type} is unknown`);
}
