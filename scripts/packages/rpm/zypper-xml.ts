/** A package in the XML that zypper(8) prints with `--xmlout`. */
export interface Solvable {
  readonly name: string;
  /** `[epoch:]version-release`. */
  readonly edition: string;
  /** What is installed now, for one that changes. */
  readonly editionOld: string | undefined;
}

/** What zypper(8) would do, by the elements of its `install-summary`. */
export interface ZypperSummary {
  readonly installed: readonly Solvable[];
  readonly changed: readonly Solvable[];
  readonly removed: readonly Solvable[];
}

/** Reads the summary of a dry run. Patterns and patches in it are not packages. */
export function parseZypperSummary(xml: string): ZypperSummary {
  const within = (...elements: readonly string[]): readonly Solvable[] =>
    elements.flatMap((element) => {
      const pattern = new RegExp(`<${element}>(.*?)</${element}>`, 'gs');
      return [...xml.matchAll(pattern)].flatMap(([, inner = '']) => solvables(inner));
    });
  return {
    installed: within('to-install'),
    changed: within(
      ...['to-upgrade', 'to-downgrade', 'to-reinstall'],
      ...['to-change-arch', 'to-upgrade-change-arch', 'to-downgrade-change-arch'],
    ),
    removed: within('to-remove'),
  };
}

/** Packages in the result of `search --details`. */
export function solvables(xml: string): readonly Solvable[] {
  return [...xml.matchAll(/<solvable\s([^>]*)>/g)].flatMap(([, text = '']) => {
    const of = attributes(text);
    const [name, edition] = [of.get('name'), of.get('edition')];
    const kind = of.get('kind') ?? of.get('type');
    if (name === undefined || edition === undefined || kind !== 'package') return [];
    return [{ name, edition, editionOld: of.get('edition-old') }];
  });
}

/** Names in the output of `locks`. */
export function parseZypperLocks(xml: string): readonly string[] {
  return [...xml.matchAll(/<lock\s.*?<name>(.*?)<\/name>/gs)].map(([, name = '']) => name);
}

/** Names and versions have none of the characters that XML escapes. */
function attributes(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/([a-z-]+)="([^"]*)"/g);
  return new Map([...pairs].map(([, key = '', value = '']) => [key, value]));
}
