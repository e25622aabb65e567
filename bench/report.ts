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

const HEAD = [
  '| what | Rollcall | baseline | ratio | target | met |',
  '| --- | ---: | ---: | ---: | ---: | :-: |',
] as const;

const lineOf = ({ what, ours, baseline, ratio, target, met }: Row): string =>
  `| ${what} | ${ours} | ${baseline} | ${ratio.toFixed(2)}× | ${target} | ${target === NO_TARGET ? '–' : met ? 'yes' : '**no**'} |`;

/** What a line of the table is about. */
const subjectOf = (line: string): string => line.split(' | ')[0] ?? '';

const MARKS = ['<!-- results -->', '<!-- /results -->'] as const;

/**
 * Prints the results and keeps them in bench/README.md with the date and the machine: in place of all that stood there, or
 * of the same rows only, where not everything was measured.
 */
export const keep = (rows: readonly Row[], { all }: { all: boolean }): void => {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}, Node ${process.version}`;
  const file = new URL('./README.md', import.meta.url);
  const readme = readFileSync(file, 'utf8');
  const [before = '', rest = ''] = readme.split(MARKS[0]);
  const [results = '', after = ''] = rest.split(MARKS[1]);
  const measured = new Map(rows.map(lineOf).map((line) => [subjectOf(line), line]));
  const standing = all
    ? []
    : results.split('\n').filter((line) => line.startsWith('| ') && !HEAD.includes(line as never));
  const kept = standing.map((line) => {
    const subject = subjectOf(line);
    const fresh = measured.get(subject) ?? line;
    measured.delete(subject);
    return fresh;
  });
  const table = [...HEAD, ...kept, ...measured.values()].join('\n');
  const text = `Measured ${new Date().toISOString().slice(0, 10)} on ${machine}; server, load, Redis and MongoDB share these cores.\n\n${table}`;
  console.log(`\n${text}\n`);
  writeFileSync(file, `${before}${MARKS[0]}\n${text}\n${MARKS[1]}${after}`);
};
