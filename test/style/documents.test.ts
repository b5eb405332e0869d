import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, sources } from './sources.ts';

const documents = sources('*.md', '{docs,runtime,scripts,checks,templates,messages,test}/**/*.md');
const textOf = (path: string): string => documents.find((each) => each.path === path)?.text ?? '';

/** Targets of links to own files, without the part after `#`. */
function linksOf(text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

describe('documents', () => {
  test('link to files that are there', () => {
    const broken = documents.flatMap(({ path, text }) =>
      linksOf(text)
        .filter((target) => !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('are without gaps to fill in', () => {
    const gaps = documents.filter(({ text }) =>
      /\b(TODO|FIXME|TBD|XXX|[A-Z]+_OUTPUT)\b/.test(text),
    );
    expect(gaps.map(({ path }) => path)).toEqual([]);
  });

  test('name only npm scripts that there are', () => {
    const [packageFile] = sources('package.json');
    const { scripts } = JSON.parse(packageFile?.text ?? '{}') as {
      scripts?: Record<string, string>;
    };
    const named = documents.flatMap(({ text }) => [...text.matchAll(/npm run ([a-z:-]+)/g)]);
    const unknown = named
      .map(([, name = '']) => name)
      .filter((name) => scripts?.[name] === undefined);
    expect(unknown).toEqual([]);
  });
});

describe('README.zh-CN.md', () => {
  /** Comments are translated; commands and outputs are the same. */
  const blocks = (text: string): readonly string[] =>
    [...text.matchAll(/^```\w*\n(.*?)^```$/gms)].map(([, code = '']) =>
      code.replace(/ +#.*$/gm, ''),
    );
  const english = textOf('README.md');
  const chinese = textOf('README.zh-CN.md');

  test('shows the same commands and outputs as README.md', () => {
    expect(blocks(english)).not.toEqual([]);
    expect(blocks(chinese)).toEqual(blocks(english));
  });

  test('has the same sections', () => {
    const sections = (text: string): number => text.match(/^##? /gm)?.length ?? 0;
    expect(sections(chinese)).toBe(sections(english));
  });
});
