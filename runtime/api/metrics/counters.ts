import type { Labels, Metric } from './exposition.ts';

/** How often something happened, by labels. */
export class Counters {
  readonly #about: Pick<Metric, 'name' | 'help'>;
  readonly #series = new Map<string, { readonly labels: Labels; value: number }>();

  constructor(about: Pick<Metric, 'name' | 'help'>) {
    this.#about = about;
  }

  /** Adds to one. @param key stands for the labels, which are made for the first of a key only */
  add(key: string, value: number, labels: () => Labels): void {
    const series = this.#series.get(key);
    if (series !== undefined) series.value += value;
    else this.#series.set(key, { labels: labels(), value });
  }

  metric(): Metric {
    return { ...this.#about, type: 'counter', samples: [...this.#series.values()] };
  }
}
