import type { DemoClass } from './demo-class.ts';

const WIDTH = 40;
/** How often the picture is drawn, in ms: in place on a terminal, as lines elsewhere. */
const EVERY_MS = { terminal: 100, lines: 2_000 };

const quantile = (values: readonly number[], q: number): number | undefined =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))];
const ms = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)}`);

/** Draws shares of a whole as a bar of `WIDTH` characters; a share above nothing is never invisible. */
const bar = (
  shares: readonly (readonly [sign: string, colour: number, n: number])[],
  colours: boolean,
): string => {
  const whole = shares.reduce((sum, [, , n]) => sum + n, 0);
  if (whole === 0) return ' '.repeat(WIDTH);
  let drawn = 0;
  let seen = 0;
  return shares
    .map(([sign, colour, n]) => {
      seen += n;
      const end = Math.round((seen / whole) * WIDTH);
      const cells = Math.max(0, end - drawn);
      drawn = Math.max(drawn, end);
      const text = sign.repeat(cells);
      return colours && cells > 0 ? `\u001b[${colour}m${text}\u001b[0m` : text;
    })
    .join('');
};

const lineOf = (one: DemoClass, colours: boolean): string => {
  const { present = 0, late = 0, partial = 0, excused = 0, absent = 0, unmarked = 0 } = one.counts() ?? {};
  const shares = [
    ['█', 32, present],
    ['▓', 33, late + partial],
    ['▒', 36, excused],
    ['░', 31, absent],
    ['·', 90, unmarked],
  ] as const;
  const { answerMs, acknowledged, made } = one.figures;
  const figures = [
    `${String(present).padStart(3)} present`,
    `${String(late + partial).padStart(2)} late`,
    `${String(absent).padStart(2)} absent`,
    `${String(unmarked).padStart(3)} unmarked`,
    `${String(acknowledged).padStart(4)}/${made} marks`,
    `p50 ${ms(quantile(answerMs, 0.5))} p99 ${ms(quantile(answerMs, 0.99))} ms`,
  ];
  const away = one.waiting() > 16 ? '  (waiting to be sent)' : '';
  return `${one.name.padEnd(9)} ${bar(shares, colours)} ${figures.join(' · ')}${away}`;
};

/** Shows classes as they are marked, until `stop`. */
export const showPicture = (classes: readonly DemoClass[], out: NodeJS.WriteStream) => {
  const started = performance.now();
  const onTerminal = out.isTTY === true;
  let drawnLines = 0;
  let before = { at: started, heard: 0 };

  const total = (of: (one: DemoClass) => number) => classes.reduce((sum, one) => sum + of(one), 0);
  const summary = () => {
    const now = performance.now();
    const heard = total(({ figures }) => figures.heard);
    const rate = ((heard - before.heard) / Math.max(1, now - before.at)) * 1000;
    before = { at: now, heard };
    const hearing = classes.flatMap(({ figures }) => figures.hearMs);
    return [
      `${((now - started) / 1000).toFixed(1)} s`,
      `${total(({ figures }) => figures.acknowledged)} marks acknowledged`,
      `${heard} deliveries heard (${Math.round(rate)}/s)`,
      `mark to listener p50 ${ms(quantile(hearing, 0.5))} p99 ${ms(quantile(hearing, 0.99))} ms`,
      `${total((one) => one.reconnects())} reconnects`,
      `${total((one) => one.waiting())} waiting`,
    ].join(' · ');
  };
  const draw = () => {
    const lines = [...classes.map((one) => lineOf(one, onTerminal)), summary()];
    if (onTerminal) {
      // A line that wraps would put the next picture in the wrong place: wrapping is off while it is drawn.
      const up = drawnLines > 0 ? `\u001b[${drawnLines}A` : '';
      out.write(`\u001b[?7l${up}${lines.map((line) => `\u001b[2K${line}\n`).join('')}\u001b[?7h`);
      drawnLines = lines.length;
    } else out.write(`${lines.join('\n')}\n\n`);
  };
  draw();
  const timer = setInterval(draw, onTerminal ? EVERY_MS.terminal : EVERY_MS.lines);
  return {
    stop() {
      clearInterval(timer);
      draw();
    },
  };
};
