import { banner } from './banner.ts';

/** A repository as apt is told of it. */
export interface AptSource {
  /** Shown by no program; for whoever reads the file. */
  readonly title: string;
  /** The folder that has `dists/`. */
  readonly baseUrl: string;
  readonly suite: string;
  readonly components: readonly string[];
  /** As `dpkg --print-architecture` says them. Without them apt would ask for indexes of foreign architectures, too. */
  readonly architectures: readonly string[];
  /** The one key that this repository may be signed with, and which counts for no other. */
  readonly keyPath: string;
}

/** A `.sources` file of apt (sources.list(5), deb822 style: apt 1.1 and later). */
export function aptSources(source: AptSource): string {
  return [
    banner.trimEnd(),
    `# ${source.title}`,
    'Types: deb',
    `URIs: ${source.baseUrl}`,
    `Suites: ${source.suite}`,
    `Components: ${source.components.join(' ')}`,
    `Architectures: ${source.architectures.join(' ')}`,
    `Signed-By: ${source.keyPath}`,
    '',
  ].join('\n');
}
