import { stringifyPrecise } from '../../spec/precise-json.ts';
import type { Seccomp } from '../../spec/seccomp.ts';
import type { Architecture } from '../../syscall/architecture.ts';
import { compileSeccomp } from './compile.ts';
import type { CompiledFilter } from './compile.ts';

/** Different profiles on one machine are few; the bound only keeps a stream of made-up ones from filling memory. */
const maxFilters = 32;

/**
 * Remembers compiled filters. Nearly every container has the same profile, and compiling it takes a millisecond: a
 * good part of a container's whole start.
 */
export class FilterCache {
  readonly #architecture: Architecture;
  readonly #filters = new Map<string, CompiledFilter>();
  /** What was asked for by the same object before: writing a profile as text takes as long as a good part of an exec. */
  readonly #byObject = new WeakMap<Seccomp, CompiledFilter>();

  constructor(architecture: Architecture) {
    this.#architecture = architecture;
  }

  /** As `compileSeccomp`, and throws the same. */
  compile(seccomp: Seccomp): CompiledFilter {
    const same = this.#byObject.get(seccomp);
    if (same !== undefined) return same;
    const filter = this.#compile(seccomp);
    this.#byObject.set(seccomp, filter);
    return filter;
  }

  #compile(seccomp: Seccomp): CompiledFilter {
    const key = stringifyPrecise(seccomp);
    const known = this.#filters.get(key);
    if (known !== undefined) return known;
    const filter = compileSeccomp(seccomp, this.#architecture);
    const [oldest] = this.#filters.keys();
    if (this.#filters.size >= maxFilters && oldest !== undefined) this.#filters.delete(oldest);
    this.#filters.set(key, filter);
    return filter;
  }
}
