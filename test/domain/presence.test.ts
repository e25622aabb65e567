import { expect } from 'chai';
import { combine, presenceOf, type Said, stepAt, stepEnd, windowsAt } from '../../server/domain/presence.ts';
import type { Method } from '../../shared/protocol/index.ts';

describe('presence out of evidence', () => {
  it('[CI8] from 80 % present, from 50 % in part, else absent', () => {
    const of = (collected: number, total: number) => presenceOf({ collected, total });
    expect([of(4, 5), of(5, 5), of(1, 1), of(8, 10)]).to.deep.equal([
      'present',
      'present',
      'present',
      'present',
    ]);
    expect([of(79, 100), of(1, 2), of(50, 100), of(3, 4)]).to.deep.equal([
      'partial',
      'partial',
      'partial',
      'partial',
    ]);
    expect([of(49, 100), of(0, 3), of(0, 0), of(1, 3)]).to.deep.equal([
      'absent',
      'absent',
      'absent',
      'absent',
    ]);
  });

  it('[CI8] counts a window once, not before it is over, and never one that nobody offered', () => {
    const over = (until: number) => (step: number) => step < until;
    expect(windowsAt([0, 1, 2], [0, 0, 1], over(2))).to.deep.equal({ collected: 2, total: 2 });
    expect(windowsAt([0, 1, 2], [0, 1], over(3))).to.deep.equal({ collected: 2, total: 3 });
    expect(windowsAt([0, 2], [2], over(2))).to.deep.equal({ collected: 1, total: 2 });
    expect(windowsAt([], [], over(9))).to.deep.equal({ collected: 0, total: 0 });
  });

  it('[CI3] counts steps from the start of the session', () => {
    expect([999, 1000, 15_999, 16_000].map((now) => stepAt(1000, 15_000, now))).to.deep.equal([0, 0, 0, 1]);
    expect(stepEnd(1000, 15_000, 1)).to.equal(31_000);
  });

  it('[CI7] any: the best counts; a list: all are needed, and the worst counts from the moment of the last', () => {
    const at = (minute: number) => new Date(Date.UTC(2026, 0, 31, 8, minute)).toISOString();
    const said = (entries: Record<string, Said>) => new Map(Object.entries(entries) as [Method, Said][]);
    const ble: Said = { status: 'partial', at: at(1) };
    const passkey: Said = { status: 'late', at: at(7), minutesLate: 7 };
    expect(combine('any', said({ ble, passkey }))).to.deep.equal({
      combined: { ...passkey, source: 'passkey' },
    });
    expect(combine('any', said({}))).to.deep.equal({ missing: [] });
    expect(combine(['ble', 'passkey'], said({ ble }))).to.deep.equal({ missing: ['passkey'] });
    expect(combine(['ble', 'passkey'], said({ ble, passkey }))).to.deep.equal({
      combined: { status: 'partial', at: at(7), source: 'ble' },
    });
    const code: Said = { status: 'present', at: at(2) };
    expect(combine(['code', 'passkey'], said({ code, passkey, ble }))).to.deep.equal({
      combined: { ...passkey, source: 'passkey' },
    });
  });
});
