import { expect } from 'chai';
import { judge } from '../../server/domain/late.ts';

const OPENED = '2026-01-31T08:00:00.000Z';
const minute = (minutes: number, ms = 0) =>
  new Date(Date.parse(OPENED) + minutes * 60_000 + ms).toISOString();

describe('the late rule', () => {
  const rule = { graceMinutes: 5, lateUntilMinutes: 20 };

  it('[CI6] without one everything is in time', () => {
    expect(judge(undefined, OPENED, minute(170))).to.deep.equal({ status: 'present' });
  });

  it('[CI6] is in time up to the last moment of the grace, then late with the whole minutes since the start', () => {
    expect(judge(rule, OPENED, minute(0))).to.deep.equal({ status: 'present' });
    expect(judge(rule, OPENED, minute(5))).to.deep.equal({ status: 'present' });
    expect(judge(rule, OPENED, minute(5, 1))).to.deep.equal({ status: 'late', minutesLate: 5 });
    expect(judge(rule, OPENED, minute(12, 59_999))).to.deep.equal({ status: 'late', minutesLate: 12 });
  });

  it('[CI6] is late up to the last moment of the late time, then closed', () => {
    expect(judge(rule, OPENED, minute(20))).to.deep.equal({ status: 'late', minutesLate: 20 });
    expect(judge(rule, OPENED, minute(20, 1))).to.deep.equal({ refused: 'CHECK_IN_CLOSED' });
  });

  it('[CI6] never closes without an end, and is closed before the grace is over when the end comes first', () => {
    expect(judge({ graceMinutes: 0 }, OPENED, minute(179))).to.deep.equal({
      status: 'late',
      minutesLate: 179,
    });
    expect(judge({ graceMinutes: 10, lateUntilMinutes: 3 }, OPENED, minute(4))).to.deep.equal({
      refused: 'CHECK_IN_CLOSED',
    });
  });

  it('[CI6] takes a moment before the start as in time', () => {
    expect(judge({ graceMinutes: 0, lateUntilMinutes: 0 }, OPENED, minute(-1))).to.deep.equal({
      status: 'present',
    });
  });
});
