/** A package in the table that dnf and yum show before they ask. */
export interface TransactionRow {
  readonly name: string;
  readonly version: string;
}

/** The table by what is to happen with the packages. */
export interface TransactionTable {
  /** New ones and their dependencies. */
  readonly installed: readonly TransactionRow[];
  /** Those that get another version. */
  readonly changed: readonly TransactionRow[];
  /** Those that go, obsoleted ones included. */
  readonly removed: readonly string[];
}

/** First words of a section's title in dnf 4, dnf 5 and yum 3. */
const sections: Readonly<Record<string, keyof TransactionTable>> = {
  Installing: 'installed',
  Upgrading: 'changed',
  Updating: 'changed',
  Downgrading: 'changed',
  Reinstalling: 'changed',
  Removing: 'removed',
};

/**
 * Reads the table of a transaction that was shown and not done (`--assumeno`). Rows begin with one blank; a name that is
 * too long for its column breaks the row, whose rest follows further to the right. "replacing" below a row names what
 * it obsoletes; dnf 5 also has there the package's own older version.
 */
export function parseTransactionTable(output: string): TransactionTable {
  const table = {
    installed: [] as TransactionRow[],
    changed: [] as TransactionRow[],
    removed: [] as string[],
  };
  for (const { section, words } of rows(output)) {
    const replacing = words.indexOf('replacing');
    const [name, , version] = replacing === -1 ? words : words.slice(0, replacing);
    if (name === undefined || version === undefined) continue;
    if (section === 'removed') table.removed.push(name);
    else table[section].push({ name, version });
    for (const replaced of replacedNames(words)) {
      if (replaced !== name) table.removed.push(replaced);
    }
  }
  return table;
}

/** Not every line that ends so is one: dnf 5 also says "Updating and loading repositories:". */
const titles =
  /^([A-Z][a-z]+)(?: (?:(?:weak |unused )?dependencies|dependent packages|for dependencies|group\/module packages))?:\s*$/;

interface Row {
  readonly section: keyof TransactionTable;
  readonly words: readonly string[];
}

function rows(output: string): readonly Row[] {
  const found: { section: keyof TransactionTable; words: string[] }[] = [];
  let section: keyof TransactionTable | undefined;
  for (const line of output.split('\n')) {
    const title = titles.exec(line);
    if (title !== null) section = sections[title[1] ?? ''];
    else if (/^\S/.test(line)) section = undefined;
    else if (section !== undefined && line.trim() !== '') {
      const words = line.trim().split(/\s+/);
      if (/^ \S/.test(line)) found.push({ section, words });
      else found.at(-1)?.words.push(...words);
    }
  }
  return found;
}

/** After each `replacing`: `name.arch version` (dnf 4, yum) or `name arch version` (dnf 5). */
function replacedNames(words: readonly string[]): readonly string[] {
  return words.flatMap((word, index) => {
    const name = words[index + 1];
    return word === 'replacing' && name !== undefined ? [name.replace(/\.[a-z0-9_]+$/, '')] : [];
  });
}
