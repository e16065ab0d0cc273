/** One figure of the page beside what it is to be. */
export interface Figure {
  readonly title: string;
  readonly value: number;
  readonly unit: 'KB' | 'ms' | 's' | '%' | 'frames' | 'frames/s' | 'MB' | 'lines';
  /** The bound; none for a figure that only says how the others came about. */
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Whether a figure keeps its bound; a figure without one does. */
export function isReached({ value, atMost = Infinity, atLeast = -Infinity }: Figure): boolean {
  return value <= atMost && value >= atLeast;
}

export function tableRow(figure: Figure): string {
  const { title, unit, atMost, atLeast } = figure;
  const bound = atMost !== undefined ? `at most ${atMost}` : atLeast !== undefined ? `at least ${atLeast}` : '';
  const verdict = bound === '' ? '' : isReached(figure) ? 'yes' : 'no';
  return `| ${[title, `${rounded(figure.value)} ${unit}`, bound, verdict].join(' | ')} |`;
}

function rounded(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
