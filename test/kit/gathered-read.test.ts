import { expect } from 'chai';
import { createGatheredRead } from '../../server/kit/gathered-read.ts';

describe('reads that are gathered', () => {
  it('are one for all who ask in one turn, each key once', async () => {
    const reads: string[][] = [];
    const read = createGatheredRead(async (keys: readonly string[]) => {
      reads.push([...keys]);
      return (key: string) => key.toUpperCase();
    });
    expect(await Promise.all(['a', 'b', 'a'].map(read))).to.deep.equal(['A', 'B', 'A']);
    expect(reads).to.deep.equal([['a', 'b']]);
  });

  it('never began before somebody asked', async () => {
    let stands = 'old';
    const begun: (() => void)[] = [];
    const read = createGatheredRead(async (_keys: readonly string[]) => {
      const value = stands;
      await new Promise<void>((resolve) => begun.push(resolve));
      return () => value;
    });
    const first = read('a');
    while (begun.length < 1) await new Promise(setImmediate);
    stands = 'new';
    const second = read('a');
    begun.shift()?.();
    expect(await first).to.equal('old');
    while (begun.length < 1) await new Promise(setImmediate);
    begun.shift()?.();
    expect(await second).to.equal('new');
  });

  it('fail for those who asked, and for nobody after them', async () => {
    let broken = true;
    const read = createGatheredRead(async (_keys: readonly string[]) => {
      if (broken) throw new Error('away');
      return (key: string) => key;
    });
    const failed = await Promise.allSettled([read('a'), read('b')]);
    expect(failed.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    broken = false;
    expect(await read('a')).to.equal('a');
  });

  it('are split where very many ask', async () => {
    const sizes: number[] = [];
    const read = createGatheredRead(async (keys: readonly number[]) => {
      sizes.push(keys.length);
      return (key: number) => key;
    });
    const all = Array.from({ length: 1_200 }, (_, n) => n);
    expect(await Promise.all(all.map(read))).to.deep.equal(all);
    expect(sizes).to.deep.equal([500, 500, 200]);
  });
});
