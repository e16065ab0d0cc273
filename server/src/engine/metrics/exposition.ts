import { BUCKETS, type Histogram } from './counters.js';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

/** Collects metrics in Prometheus' text format. */
export class Exposition {
  private readonly lines: string[] = [];

  gauge(name: string, help: string, ...samples: Sample[]): this {
    return this.family(name, help, 'gauge', samples);
  }

  counter(name: string, help: string, ...samples: Sample[]): this {
    return this.family(name, help, 'counter', samples);
  }

  histogram(name: string, help: string, label: string, histograms: ReadonlyMap<string, Histogram>): this {
    this.head(name, help, 'histogram');
    for (const [value, { counts, count, sum }] of histograms) {
      let below = 0;
      BUCKETS.forEach((bound, index) =>
        this.sample(`${name}_bucket`, { [label]: value, le: String(bound) }, (below += counts[index] ?? 0)),
      );
      this.sample(`${name}_bucket`, { [label]: value, le: '+Inf' }, count);
      this.sample(`${name}_sum`, { [label]: value }, sum);
      this.sample(`${name}_count`, { [label]: value }, count);
    }
    return this;
  }

  toString(): string {
    return `${this.lines.join('\n')}\n`;
  }

  private family(name: string, help: string, type: string, samples: readonly Sample[]): this {
    this.head(name, help, type);
    for (const [labels, value] of samples) this.sample(name, labels, value);
    return this;
  }

  private head(name: string, help: string, type: string): void {
    this.lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
  }

  private sample(name: string, labels: Labels, value: number): void {
    const text = Object.entries(labels).map(([key, each]) => `${key}="${escape(each)}"`);
    this.lines.push(`${name}${text.length > 0 ? `{${text.join(',')}}` : ''} ${value}`);
  }
}

function escape(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));
}
