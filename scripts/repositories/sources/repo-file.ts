/** A section of a `.repo` file (dnf.conf(5), zypper(8)): one repository. */
export interface RepoSection {
  readonly id: string;
  /** Line number from 1. */
  readonly line: number;
  readonly state: 'enabled' | 'disabled';
  /** Values by key, in lower case; a value of several lines is one text with line breaks. */
  readonly values: ReadonlyMap<string, string>;
  /** Values that are commented out, as distributions keep a baseurl beside their mirrorlist. */
  readonly commented: ReadonlyMap<string, string>;
}

/** What is to become of a section: new values by key, and keys that are to be commented out. */
export interface RepoEdit {
  readonly set: ReadonlyMap<string, string>;
  readonly commentOut: readonly string[];
}

const keyLine = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;
const commentedKey = /^\s*[#;]+\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/;

/** The sections of a `.repo` file. */
export function parseRepoFile(text: string): readonly RepoSection[] {
  return sectionsOf(text.split('\n')).map(({ id, from, lines }) => {
    const values = new Map<string, string>();
    const commented = new Map<string, string>();
    let last: string | undefined;
    for (const line of lines) {
      const [, key, value] = keyLine.exec(line) ?? [];
      const [, otherKey, otherValue] = commentedKey.exec(line) ?? [];
      if (key !== undefined) values.set((last = key.toLowerCase()), value ?? '');
      else if (otherKey !== undefined) commented.set(otherKey.toLowerCase(), otherValue ?? '');
      else if (last !== undefined && /^\s+\S/.test(line)) {
        values.set(last, `${values.get(last) ?? ''}\n${line.trim()}`);
      }
    }
    const state = /^(0|no|false|off)$/i.test(values.get('enabled') ?? '1') ? 'disabled' : 'enabled';
    return { id, line: from + 1, state, values, commented };
  });
}

/** Changes sections of a `.repo` file; lines that are not named stay as they are. */
export function editRepoFile(
  text: string,
  edit: (section: RepoSection) => RepoEdit | undefined,
): string {
  const lines = text.split('\n');
  const bounds = sectionsOf(lines);
  const parsed = parseRepoFile(text);
  const head = lines.slice(0, bounds[0]?.from ?? lines.length);
  const sections = bounds.flatMap(({ from, lines: body }, index) => {
    const section = parsed[index];
    const change = section === undefined ? undefined : edit(section);
    return [lines[from] ?? '', ...(change === undefined ? body : editSection(body, change))];
  });
  return [...head, ...sections].join('\n');
}

function editSection(body: readonly string[], { set, commentOut }: RepoEdit): readonly string[] {
  const left = new Map(set);
  const result: string[] = [];
  let replacing: 'keep' | 'drop' | 'comment' = 'keep';
  for (const line of body) {
    const key = keyLine.exec(line)?.[1]?.toLowerCase();
    if (key === undefined && /^\s+\S/.test(line) && replacing !== 'keep') {
      // The other lines of a value that has gone.
      if (replacing === 'comment') result.push(`#${line}`);
      continue;
    }
    replacing = 'keep';
    const value = key === undefined ? undefined : set.get(key);
    if (key !== undefined && value !== undefined) {
      replacing = 'drop';
      if (left.delete(key)) result.push(`${key}=${value}`);
    } else if (key !== undefined && commentOut.includes(key)) {
      replacing = 'comment';
      result.push(`#${line}`);
    } else result.push(line);
  }
  // Keys that were not there go to the end of the section, before the empty lines that part it from the next.
  const end = result.findLastIndex((line) => line.trim() !== '') + 1;
  const added = [...left].map(([key, value]) => `${key}=${value}`);
  return [...result.slice(0, end), ...added, ...result.slice(end)];
}

function sectionsOf(
  lines: readonly string[],
): readonly { readonly id: string; readonly from: number; readonly lines: readonly string[] }[] {
  const starts = lines.flatMap((line, index) => {
    const id = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    return id === undefined ? [] : [{ id, from: index }];
  });
  return starts.map(({ id, from }, position) => ({
    id,
    from,
    lines: lines.slice(from + 1, starts[position + 1]?.from ?? lines.length),
  }));
}
