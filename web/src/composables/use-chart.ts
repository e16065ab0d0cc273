import type uPlot from 'uplot';
import { onScopeDispose, watch, type ShallowRef } from 'vue';
import type { StatsSample } from '@live';
import type { Chart } from '@/model/charts';
import { usePreferences } from '@/stores/preferences';

const SPAN_SECONDS = 600;
/** So few samples would fill the width as if they were a long time. */
const LEAST_SECONDS = 60;

/** Draws samples into a box with uPlot, which is loaded when it is first needed. */
export function useChart(
  box: Readonly<ShallowRef<HTMLElement | null>>,
  chart: Chart,
  samples: () => readonly StatsSample[],
  span: () => number = () => SPAN_SECONDS,
): void {
  const preferences = usePreferences();
  let plot: uPlot | undefined;
  let disposed = false;
  const observer = new ResizeObserver(() => box.value && plot?.setSize(sizeOf(box.value)));

  async function draw(element: HTMLElement): Promise<void> {
    const [{ default: Plot }] = await Promise.all([import('uplot'), import('uplot/dist/uPlot.min.css')]);
    if (disposed) return;
    plot?.destroy();
    plot = new Plot(optionsOf(chart, sizeOf(element), span()), dataOf(chart, samples()), element);
    observer.observe(element);
  }

  watch([box, () => preferences.dark, span], ([element]) => element && void draw(element), { immediate: true, flush: 'post' });
  watch(samples, (now) => plot?.setData(dataOf(chart, now)));
  onScopeDispose(() => {
    disposed = true;
    observer.disconnect();
    plot?.destroy();
  });
}

const sizeOf = (element: HTMLElement) => ({ width: element.clientWidth - 8, height: element.clientHeight - 4 });

const dataOf = ({ series }: Chart, samples: readonly StatsSample[]): uPlot.AlignedData => [
  samples.map(({ time }) => time / 1000),
  ...series.map(({ value }) => samples.map(value)),
];

/** `4.00 MB/s` on an axis is `4 MB/s`. */
const shortened = (text: string): string => text.replace(/(\.\d*?)0+(?=\D|$)/, '$1').replace(/\.(?=\D|$)/, '');

const DAY = 24 * 60 * 60;

/** A moment as finely as the span wants it. */
function momentOf(seconds: number, span: number): string {
  const date = new Date(seconds * 1000);
  if (span <= SPAN_SECONDS * 6) return date.toLocaleTimeString('en-GB');
  if (span <= DAY) return date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const hour = span <= 7 * DAY ? ({ hour: '2-digit', minute: '2-digit' } as const) : {};
  return date.toLocaleString('en-GB', { day: 'numeric', month: 'short', ...hour });
}

function optionsOf({ series, format, floor, steps }: Chart, size: { width: number; height: number }, span: number): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour('--ink-3'), font: `11px ${colour('--font-sans')}`, ticks: { show: false } };
  return {
    ...size,
    legend: { show: false },
    cursor: { show: false },
    padding: [10, 12, 0, 0],
    scales: {
      x: { range: (_, from, to) => [Math.min(Math.max(from, to - span), to - LEAST_SECONDS), to] },
      y: { range: (_, __, top) => [0, Math.max(floor, top * 1.15)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        values: (_, marks) => marks.map((mark) => momentOf(mark, span)),
        space: 90,
      },
      {
        ...axis,
        grid: { stroke: colour('--line'), width: 1 },
        size: 76,
        values: (_, marks) => marks.map((mark) => shortened(format(mark))),
        space: 40,
        ...(steps && { incrs: steps }),
      },
    ],
    series: [
      {},
      ...series.map(({ colour: name }) => ({ stroke: colour(name), width: 1.5, fill: `${colour(name)}1f`, points: { show: false } })),
    ],
  };
}
