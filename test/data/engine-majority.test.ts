import { expect } from 'chai';
import mongoose from 'mongoose';
import { journalMajority } from '../../server/data/engine-majority.ts';

const { BSON } = mongoose.mongo;

describe('a majority write to the embedded engine', () => {
  const everyType = {
    double: 1.5,
    text: 'majority',
    nested: { writeConcern: { w: 'majority' } },
    list: [1, 'writeConcern', { w: 'majority' }],
    bytes: new BSON.Binary(Buffer.from('\x02w\0\x09\0\0\0majority\0', 'latin1')),
    id: new BSON.ObjectId(),
    yes: true,
    when: new Date(0),
    none: null,
    pattern: /w/i,
    code: new BSON.Code('w'),
    scoped: new BSON.Code('w', { w: 'majority' }),
    symbol: new BSON.BSONSymbol('majority'),
    int: new BSON.Int32(7),
    stamp: new BSON.Timestamp({ t: 1, i: 2 }),
    long: BSON.Long.fromString('9007199254740993'),
    decimal: BSON.Decimal128.fromString('1.5'),
    min: new BSON.MinKey(),
    max: new BSON.MaxKey(),
  };
  const documents = BSON.serialize({ _id: 1, writeConcern: { w: 'majority' } });
  const sequence = Buffer.concat([
    Buffer.from([1]),
    int32(4 + 'documents\0'.length + documents.length),
    Buffer.from('documents\0'),
    documents,
  ]);

  it('is made a journaled one, and nothing else in the message changes', () => {
    for (const [given, expected] of [
      [
        { w: 'majority', j: true },
        { w: 1, j: true },
      ],
      [{ w: 'majority' }, { w: 1, j: true }],
      [
        { j: false, w: 'majority', wtimeout: 500 },
        { w: 1, j: true, wtimeout: 500 },
      ],
    ]) {
      const command = { insert: 'rows', ...everyType, writeConcern: given, $db: 'x' };
      const wanted = { ...command, writeConcern: expected };
      for (const place of ['before', 'after'] as const) {
        expect(journalMajority(message(command, place)).equals(message(wanted, place))).to.equal(true);
      }
    }
  });

  it('is the only thing that is changed', () => {
    for (const command of [
      { insert: 'rows', ...everyType, $db: 'x' },
      { insert: 'rows', ...everyType, writeConcern: { w: 1, j: true }, $db: 'x' },
      { insert: 'rows', ...everyType, writeConcern: { w: 1, j: false, note: 'majority' }, $db: 'x' },
      { writeConcern: 'majority', w: 'majority' },
    ]) {
      const given = message(command, 'after');
      expect(journalMajority(given).equals(message(command, 'after'))).to.equal(true);
    }
  });

  function message(command: object, place: 'before' | 'after'): Buffer {
    const body = Buffer.concat([Buffer.from([0]), BSON.serialize(command)]);
    const sections = place === 'before' ? [sequence, body] : [body, sequence];
    const rest = Buffer.concat([int32(7), int32(0), int32(2013), int32(0), ...sections]);
    return Buffer.concat([int32(4 + rest.length), rest]);
  }
});

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
