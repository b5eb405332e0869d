/** A repository in a `.repo` file. */
export interface RepoSection {
  readonly id: string;
  /** Line number of its title, from 1. */
  readonly line: number;
  readonly baseUrls: readonly string[];
}

/** Repositories of a `.repo` file (dnf.conf(5)) that are not switched off. Values may go on in indented lines. */
export function parseRepoFile(content: string): readonly RepoSection[] {
  const sections: { id: string; line: number; options: Map<string, string> }[] = [];
  let key = '';
  for (const [index, line] of content.split('\n').entries()) {
    const title = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    const option = /^(\w+)\s*=\s*(.*)$/.exec(line);
    const section = sections.at(-1);
    if (title !== undefined) sections.push({ id: title, line: index + 1, options: new Map() });
    else if (option !== null) {
      key = option[1] ?? '';
      section?.options.set(key, option[2] ?? '');
    } else if (/^\s+\S/.test(line)) {
      section?.options.set(key, `${section.options.get(key) ?? ''} ${line.trim()}`);
    }
  }
  return sections
    .filter(({ options }) => !['0', 'no', 'false'].includes(options.get('enabled') ?? '1'))
    .map(({ id, line, options }) => ({
      id,
      line,
      baseUrls: (options.get('baseurl') ?? '').split(/[\s,]+/).filter((url) => url !== ''),
    }));
}
