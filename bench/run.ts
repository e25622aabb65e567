import { createAnalyticsBench } from './analytics.ts';
import { deviceBacklog } from './backlog.ts';
import { createCheckInBench } from './check-ins.ts';
import { createFixtures } from './fixtures.ts';
import { keep, type Row } from './report.ts';
import {
  doneOfClass,
  listenerLatency,
  logInDelay,
  marksPerSecond,
  memoryPerConnection,
} from './scenarios.ts';

// Every figure beside its baseline, in turn, in one run. `npm run bench -- done` runs those whose name holds the word
// and prints them only.
// `--keep` puts those into the table too, in place of what it said of them.
const [wanted] = process.argv.slice(2).filter((word) => word !== '--keep');
const at = await createFixtures();
const hub = await at.startHub();
const bare = await at.startBaseline();
const rows: Row[] = [];
const checkIns = createCheckInBench(at, hub);
const analytics = createAnalyticsBench(at, hub);

const scenarios: readonly [string, () => Promise<Row>][] = [
  ['private-30', () => marksPerSecond(at, hub, bare, { size: 30, visibility: 'private', target: 2.5 })],
  ['private-300', () => marksPerSecond(at, hub, bare, { size: 300, visibility: 'private', target: 15 })],
  ['open-30', () => marksPerSecond(at, hub, bare, { size: 30, visibility: 'open', target: 0.8 })],
  ['latency', () => listenerLatency(at, hub, bare)],
  ['done-upserts', () => doneOfClass(at, hub, bare, { as: 'upserts', target: 1.5 })],
  ['done-inserts', () => doneOfClass(at, hub, bare, { as: 'inserts', target: undefined })],
  ['log-ins', () => logInDelay(hub)],
  ['memory', () => memoryPerConnection(at)],
  ['check-ins-rate', checkIns.rate],
  ['check-ins-view', checkIns.view],
  ['backlog', () => deviceBacklog(at, hub)],
  ['analytics-percentage', analytics.percentage],
  ['analytics-daily', analytics.daily],
  ['analytics-trends', analytics.trends],
];
try {
  for (const [name, run] of scenarios) {
    if (wanted !== undefined && !name.includes(wanted)) continue;
    const row = await run();
    rows.push(row);
    console.log(
      `${name}: ${row.ours} beside ${row.baseline}, ${row.ratio.toFixed(2)}× (target ${row.target})`,
    );
  }
} finally {
  await Promise.all([hub.stop(), bare.stop()]);
  await at.stop();
}
if (wanted === undefined || process.argv.includes('--keep')) keep(rows, { all: wanted === undefined });
process.exitCode = rows.every(({ met }) => met) ? 0 : 1;
