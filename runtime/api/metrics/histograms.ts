import type { Labels, Metric, Sample } from './exposition.ts';

/** Upper bounds in seconds: the defaults of Prometheus' clients, which Docker uses, and finer ones below. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Series {
  readonly labels: Labels;
  /** For each bound how many were not above it but above the one before; last, those above all. */
  readonly counts: Float64Array;
  sum: number;
}

/** How long things took, by labels. */
export class Histograms {
  readonly #about: Pick<Metric, 'name' | 'help'>;
  readonly #series = new Map<string, Series>();

  constructor(about: Pick<Metric, 'name' | 'help'>) {
    this.#about = about;
  }

  /** Adds one. @param key stands for the labels, which are made for the first of a key only */
  observe(key: string, seconds: number, labels: () => Labels): void {
    let series = this.#series.get(key);
    if (series === undefined) {
      series = { labels: labels(), counts: new Float64Array(bounds.length + 1), sum: 0 };
      this.#series.set(key, series);
    }
    let at = 0;
    while (at < bounds.length && seconds > (bounds[at] ?? Infinity)) at += 1;
    series.counts[at] = (series.counts[at] ?? 0) + 1;
    series.sum += seconds;
  }

  metric(): Metric {
    return {
      ...this.#about,
      type: 'histogram',
      samples: [...this.#series.values()].flatMap(samplesOf),
    };
  }
}

function samplesOf({ labels, counts, sum }: Series): readonly Sample[] {
  let total = 0;
  const buckets = [...counts].map((count, index): Sample => {
    total += count;
    const le = index < bounds.length ? String(bounds[index]) : '+Inf';
    return { suffix: '_bucket', labels: { ...labels, le }, value: total };
  });
  return [
    ...buckets,
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: total },
  ];
}
