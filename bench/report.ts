import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** One line of the results. `target` is what the ratio (or the figure) must reach. */
export type Row = {
  readonly what: string;
  readonly ours: string;
  readonly baseline: string;
  /** Ours divided by the baseline; the median over the rounds. */
  readonly ratio: number;
  readonly target: string;
  readonly met: boolean;
};

/** The target of a row that is there to be compared with. */
export const NO_TARGET = 'none';

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1
    ? (sorted[Math.floor(middle)] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
};

/** A figure with its unit, rounded to what can be trusted. */
export const figure = (value: number, unit: string): string =>
  `${value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)} ${unit}`;

const table = (rows: readonly Row[]): string =>
  [
    '| what | Rollcall | baseline | ratio | target | met |',
    '| --- | ---: | ---: | ---: | ---: | :-: |',
    ...rows.map(
      ({ what, ours, baseline, ratio, target, met }) =>
        `| ${what} | ${ours} | ${baseline} | ${ratio.toFixed(2)}× | ${target} | ${target === NO_TARGET ? '–' : met ? 'yes' : '**no**'} |`,
    ),
  ].join('\n');

const MARKS = ['<!-- results -->', '<!-- /results -->'] as const;

/** Prints the results and keeps them in bench/README.md with the date and the machine. */
export const keep = (rows: readonly Row[]): void => {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;
  const text = `Measured ${new Date().toISOString().slice(0, 10)} on ${machine}; server, load, Redis and MongoDB share these cores.\n\n${table(rows)}`;
  console.log(`\n${text}\n`);
  const file = new URL('./README.md', import.meta.url);
  const readme = readFileSync(file, 'utf8');
  const [before] = readme.split(MARKS[0]);
  const [, after] = readme.split(MARKS[1]);
  writeFileSync(file, `${before}${MARKS[0]}\n${text}\n${MARKS[1]}${after}`);
};
