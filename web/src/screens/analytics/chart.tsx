import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import type { Trends } from '../../../../shared/rest/analytics.ts';
import { type Format, useFormat, useLanguage, useTexts } from '../../lib/language.ts';
import styles from './analytics.module.css';

type Day = Trends['days'][number];
const HEIGHT = 320;

/** A token's colour as the canvas wants it: resolved for the look that is worn, and not on its way from another. */
const colourOf = (element: HTMLElement, token: string): string => {
  const probe = element.appendChild(document.createElement('i'));
  probe.style.color = `var(${token})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

const optionsOf = (
  element: HTMLElement,
  days: readonly Day[],
  mark: number,
  format: Format,
  onPoint: (i: number | null) => void,
): uPlot.Options => {
  const accent = colourOf(element, '--accent');
  const ink = colourOf(element, '--ink-soft');
  const line = colourOf(element, '--line');
  const warn = colourOf(element, '--warn');
  const font = `13px ${getComputedStyle(element).fontFamily}`;
  const isRtl = document.documentElement.dir === 'rtl';
  const lowest = Math.min(mark, ...days.map(({ percentage }) => percentage ?? 100));
  const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  /** A canvas does not know the page's direction; the signs around an Arabic date keep its parts in order. */
  const short = (seconds: number) => {
    const text = format.shortDay(new Date(seconds * 1000).toISOString().slice(0, 10));
    return isRtl ? `\u2067${text}\u2069` : text;
  };
  return {
    width: Math.max(element.clientWidth, 200),
    height: HEIGHT,
    padding: [8, isRtl ? 8 : 28, 0, isRtl ? 28 : 8],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 9 } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    scales: {
      // Where one reads from right to left, time runs so too.
      x: {
        time: true,
        dir: isRtl ? -1 : 1,
        ...(days.length === 1 && { range: (_, min) => [min - 86_400, min + 86_400] }),
      },
      y: { range: [Math.max(0, Math.floor((lowest - 5) / 10) * 10), 100] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 70,
        incrs: [1, 2, 7, 14, 28].map((n) => n * 86_400),
        values: (_, at) => at.map(short),
      },
      { ...axis, side: isRtl ? 1 : 3, size: 56, values: (_, at) => at.map((value) => format.percent(value)) },
    ],
    series: [
      {},
      { stroke: accent, width: 2.5, points: { show: true, size: 6, fill: accent }, spanGaps: false },
    ],
    hooks: {
      // Across the whole width: a line from day to day would not be there for a single one.
      drawAxes: [
        ({ ctx, bbox, valToPos }) => {
          const y = Math.round(valToPos(mark, 'y', true));
          ctx.save();
          ctx.strokeStyle = warn;
          ctx.lineWidth = 2 * devicePixelRatio;
          ctx.setLineDash([6 * devicePixelRatio, 6 * devicePixelRatio]);
          ctx.beginPath();
          ctx.moveTo(bbox.left, y);
          ctx.lineTo(bbox.left + bbox.width, y);
          ctx.stroke();
          ctx.restore();
        },
      ],
      setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)],
    },
  };
};

/** A line of each day's attendance, and the share below which it is too little; the table beside it has every figure. */
const Chart = ({ days, mark }: { days: readonly Day[]; mark: number }) => {
  const { analytics } = useTexts();
  const language = useLanguage();
  const format = useFormat();
  const place = useRef<HTMLDivElement>(null);
  const [point, setPoint] = useState<number | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the formats change with the language only
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const seconds = days.map(({ date }) => Date.parse(`${date}T00:00:00Z`) / 1000);
    const data: uPlot.AlignedData = [seconds, days.map(({ percentage }) => percentage)];
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(optionsOf(element, days, mark, format, setPoint), data, element);
    };
    draw();
    const size = new ResizeObserver(() =>
      plot?.setSize({ width: Math.max(element.clientWidth, 200), height: HEIGHT }),
    );
    size.observe(element);
    const worn = new MutationObserver(draw);
    worn.observe(document.documentElement, { attributeFilter: ['data-theme', 'dir'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      size.disconnect();
      worn.disconnect();
      dark.removeEventListener('change', draw);
      plot?.destroy();
    };
  }, [days, mark, language]);

  const shares = days.flatMap(({ percentage }) => percentage ?? []);
  const at = days[point ?? days.length - 1];
  return (
    <figure className={styles.chart}>
      <div
        ref={place}
        dir="ltr"
        role="img"
        aria-label={analytics.chart(
          days.length,
          format.percent(Math.min(...shares)),
          format.percent(Math.max(...shares)),
        )}
      />
      <figcaption className={styles.readout} aria-hidden>
        <span>{at && `${format.day(at.date)} · ${format.percent(at.percentage)}`}</span>
        <span className={styles.key}>
          <span className={styles.dashes} /> {analytics.markLine(format.percent(mark))}
        </span>
      </figcaption>
    </figure>
  );
};
export default Chart;
