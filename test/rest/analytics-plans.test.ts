import { expect } from 'chai';
import { readConfig } from '../../server/config.ts';
import { PLANS, type Plan } from '../../server/data/analytics.ts';
import { addDays, monthOf, semesterOf } from '../../server/domain/period.ts';
import type { ClassId } from '../../shared/ids.ts';
import { startHub, type TestHub } from '../support/hub.ts';
import type { SchoolClass } from '../support/school.ts';
import { COVERING_NAMES, type Put, putTerm } from '../support/term.ts';

type Explained = { stages?: object[]; executionStats?: object };
/** Every value of a key, however deep. */
const all = (within: unknown, key: string): unknown[] =>
  typeof within !== 'object' || within === null
    ? []
    : Object.entries(within).flatMap(([name, value]) => [
        ...(name === key ? [value] : []),
        ...all(value, key),
      ]);

describe('analytics: how they are read', () => {
  let hub: TestHub;
  let classes: SchoolClass[];
  let put: Put[];
  const span = { from: '2026-03-10', to: '2026-03-19' };

  before(async () => {
    hub = await startHub({ mode: 'embedded' });
    classes = await Promise.all([6, 6, 6].map((size) => hub.school.class(size, 'private')));
    put = await putTerm(
      hub,
      classes,
      Array.from({ length: 40 }, (_, i) => addDays('2026-03-01', i)),
    );
  });
  after(() => hub?.stop());

  const explain = async ({ pipeline, hint }: Plan) => {
    const records = hub.connection.collection('records');
    const options = hint === undefined ? {} : { hint };
    return (await records.aggregate(pipeline, options).explain('executionStats')) as Explained;
  };
  const within = (one?: string) =>
    put.filter(
      ({ date, classId }) => date >= span.from && date <= span.to && (one === undefined || classId === one),
    ).length;

  for (const [name, planOf] of Object.entries(PLANS))
    for (const scope of ['one class', 'two classes', 'all classes'] as const)
      it(`[AN1] ${name} of ${scope} looks at the index's matching keys and at no document`, async () => {
        const ids = classes.map(({ id }) => id as ClassId);
        const classIds = {
          'one class': ids.slice(0, 1),
          'two classes': ids.slice(0, 2),
          'all classes': undefined,
        };
        const plan = await explain(planOf({ classIds: classIds[scope], ...span }));
        expect(all(plan, 'stage')).to.include('IXSCAN').and.not.to.include('COLLSCAN');
        for (const index of all(plan, 'indexName')) expect(COVERING_NAMES).to.include(index);
        const matched = (classIds[scope] ?? ids).reduce((sum, id) => sum + within(id), 0);
        const [docs] = all(plan, 'totalDocsExamined');
        const [keys] = all(plan, 'totalKeysExamined');
        expect(docs).to.equal(0);
        // Withdrawn rows are skipped in the index; a seek more at the end of each class's range.
        expect(keys).to.be.within(1, matched + 3);
        expect(matched).to.be.lessThan(put.length / 3);
      });

  for (const name of ['total', 'byStudent'] as const)
    it(`[AN1] ${name} of one student looks at that student's records only`, async () => {
      const studentId = classes[0]?.students[0]?.id as never;
      const plan = await explain(PLANS[name]({ studentId }));
      expect(all(plan, 'stage')).to.include('IXSCAN').and.not.to.include('COLLSCAN');
      expect(all(plan, 'totalDocsExamined')[0]).to.be.within(1, 40);
    });

  it('[AN4] months and semesters begin and end on calendar days', () => {
    expect(monthOf('2028-02-11')).to.deep.equal({ from: '2028-02-01', to: '2028-02-29' });
    expect(monthOf('2026-12-31')).to.deep.equal({ from: '2026-12-01', to: '2026-12-31' });
    expect(semesterOf('2026-06-30')).to.deep.equal({ from: '2026-01-01', to: '2026-06-30' });
    expect(semesterOf('2026-07-01')).to.deep.equal({ from: '2026-07-01', to: '2026-12-31' });
    const autumn = ['09-01', '02-15'];
    expect(semesterOf('2026-02-14', autumn)).to.deep.equal({ from: '2025-09-01', to: '2026-02-14' });
    expect(semesterOf('2026-02-15', autumn)).to.deep.equal({ from: '2026-02-15', to: '2026-08-31' });
    expect(semesterOf('2026-12-31', ['10-01'])).to.deep.equal({ from: '2026-10-01', to: '2027-09-30' });
  });

  it('[AN4] SEMESTERS says when they begin', () => {
    const semesters = (SEMESTERS: string) => {
      const read = readConfig({ SEMESTERS });
      return 'problems' in read ? read.problems : read.config.SEMESTERS;
    };
    expect(semesters('')).to.deep.equal(['01-01', '07-01']);
    expect(semesters('09-01, 02-15')).to.deep.equal(['09-01', '02-15']);
    for (const wrong of ['9-1', '13-01', '02-30', '2026-01-01', ','])
      expect(semesters(wrong)).to.deep.equal(['SEMESTERS: must be days such as 02-15']);
  });
});
