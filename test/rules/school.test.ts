import { expect } from 'chai';
import fc from 'fast-check';
import { effectiveRoster } from '../../server/domain/roster.ts';
import { linesOf } from '../../server/features/imports/lines.ts';
import { type Row, rowsOf } from '../../server/features/imports/records.ts';

const all = async (text: string, size: number): Promise<Row[]> => {
  const bytes = new TextEncoder().encode(text);
  async function* pieces() {
    for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
  }
  const rows: Row[] = [];
  for await (const row of rowsOf(linesOf(pieces()))) rows.push(row);
  return rows;
};

describe('the school: rules', () => {
  it('[SC4] a roster holds who is in a section or added, and not removed; nobody twice, nobody moved', () => {
    const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'));
    fc.assert(
      fc.property(ids, ids, ids, ids, (present, members, added, removed) => {
        const roster = effectiveRoster(present, { members, added, removed });
        const wanted = [...new Set([...members, ...added])].filter((id) => !removed.includes(id));
        expect([...roster].sort()).to.deep.equal(wanted.sort());
        const stayed = present.filter((id) => wanted.includes(id));
        expect(roster.slice(0, stayed.length)).to.deep.equal(stayed);
      }),
    );
  });

  it('[SC7] whatever is written as RFC 4180 is read as it was, in pieces of any size', async () => {
    const field = fc
      .array(fc.constantFrom('a', 'é', '李', ',', ';', '"', '\n', ' ', '1'), { maxLength: 6 })
      .map((letters) => letters.join('').replace(/\n{2,}/g, '\n'));
    const table = fc.array(fc.tuple(field, field, field), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('\n', '\r\n'),
        async (rows, size, end) => {
          const written = [['x', 'y', 'z'], ...rows].map((row) =>
            row.map((value) => `"${value.replaceAll('"', '""')}"`).join(','),
          );
          const read = await all(`\uFEFF${written.join(end)}${end}`, size);
          expect(read.map((row) => ('fields' in row ? row.fields : row.problem)).slice(1)).to.deep.equal(
            rows,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('[SC7] a quote that is not closed costs its own line, wherever it stands', async () => {
    const good = ['1,a,b', '2,"c,d",e', '3,"f ""g""",h', '4,i,j'];
    for (const bad of ['9,"x,y', '9,x",y', '"9,x,y', '9,x,"y', '9,"x" z,y'])
      for (let place = 0; place <= good.length; place++) {
        const lines = [...good.slice(0, place), bad, ...good.slice(place)];
        const [, ...rows] = await all(['n,x,y', ...lines].join('\n'), 1024);
        const read = rows.flatMap((row) => ('fields' in row ? row.fields[0] : []));
        expect(read, `${bad} at ${place}`).to.deep.equal(['1', '2', '3', '4']);
        expect(rows.flatMap((row) => ('problem' in row ? row.line : []))).to.deep.equal([place + 2]);
      }
  });

  it('[SC7] no more is read than is asked for, however long the file or a line of it', async () => {
    let sent = 0;
    async function* endless(text: string) {
      for (;;) {
        sent += 1;
        yield new TextEncoder().encode(sent === 1 ? 'a,b\n' : text);
      }
    }
    const rows = rowsOf(linesOf(endless('1,2\n'.repeat(100))));
    for (let n = 0; n <= 1000; n++) await rows.next();
    expect(sent).to.be.within(11, 13);

    sent = 0;
    const heap = () => {
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / 2 ** 20;
    };
    const before = heap();
    async function* oneLine() {
      for await (const chunk of endless('x'.repeat(64 * 1024))) {
        if (sent > 4000) return; // a line of 250 MiB
        yield chunk;
      }
    }
    const read: Row[] = [];
    for await (const row of rowsOf(linesOf(oneLine()))) read.push(row);
    expect(read.at(-1)).to.deep.equal({ line: 2, problem: { code: 'ROW_TOO_LONG' } });
    expect(heap() - before).to.be.lessThan(200);
  });
});
