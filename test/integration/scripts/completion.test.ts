import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shells, shellScripts } from '../../../scripts/completion/shell-scripts.ts';
import { busyboxArchive } from '../api/busybox-image.ts';
import { TestDaemon } from '../api/test-daemon.ts';

const main = resolve(import.meta.dirname, '../../../scripts/main.ts');

let daemon: TestDaemon;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  daemon = await TestDaemon.start();
  await daemon.docker(['load', '-i', busyboxArchive(daemon.root)]);
  for (const name of ['web', 'worker']) await daemon.docker(['create', '--name', name, 'bb']);
  await daemon.docker(['volume', 'create', 'store']);
  const bin = join(daemon.root, 'bin');
  mkdirSync(bin);
  const berth = `#!/bin/sh\nexec '${process.execPath}' --disable-warning=ExperimentalWarning '${main}' "$@"\n`;
  writeFileSync(join(bin, 'berth'), berth);
  chmodSync(join(bin, 'berth'), 0o755);
  for (const shell of shells) writeFileSync(join(daemon.root, shell), shellScripts[shell]);
  environment = {
    ...process.env,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: daemon.root,
    LC_ALL: 'C.UTF-8',
    BERTH_HOST: `unix://${daemon.socket}`,
  };
});
afterAll(() => daemon.destroy());

async function run(program: string, args: readonly string[], more = {}): Promise<string> {
  const options = { env: { ...environment, ...more }, cwd: daemon.root };
  const { stdout, stderr } = await promisify(execFile)(program, [...args], options);
  expect(stderr).toBe('');
  return stdout;
}

/** The words of what each shell offers for a line, sorted. */
const offers: Readonly<Record<string, (line: string) => Promise<readonly string[]>>> = {
  bash: async (line) => {
    // What readline does: it splits at its word breaks, calls the function of `complete`, and reads COMPREPLY.
    const script = `source ./bash; [[ $(complete -p berth) == 'complete -F _berth berth' ]] || exit 9
      COMP_LINE=$1; COMP_POINT=\${#1}; _berth berth; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return lines(await run('bash', ['-c', script, 'bash', line]));
  },
  zsh: async (line) => {
    const script = `compdef() { :; }; _files() { print -r -- FILES; }
      _describe() { local item; for item in "\${(@P)2}"; do print -r -- "$item"; done; }
      source ./zsh; words=("\${(@s: :)1}"); CURRENT=$#words; _berth`;
    const items = lines(await run('zsh', ['-f', '-c', script, 'zsh', line]));
    return items.map((item) => item.replace(/(?<!\\):.*/, '').replaceAll('\\:', ':')).sort();
  },
  fish: async (line) => {
    const script = 'source ./fish; complete -C $argv[1]';
    const items = lines(await run('fish', ['--no-config', '-c', script, line]));
    return items.map((item) => item.split('\t')[0] ?? '').sort();
  },
};

function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}

describe.each(Object.entries(offers))('%s completes', (shell, offer) => {
  test('verbs, verbs of groups, options and what they take', async () => {
    expect(await offer('berth ru')).toEqual(['run']);
    expect(await offer('berth container pru')).toEqual(['prune']);
    expect(await offer('berth run --network-')).toEqual(['--network-alias']);
    expect(await offer('berth run --rm --pull a')).toEqual(['always']);
    expect(await offer('berth completion f')).toEqual(['fish']);
  });

  test('names that the engine has', async () => {
    expect(await offer('berth stop w')).toEqual(['web', 'worker']);
    expect(await offer('berth volume rm ')).toEqual(['store']);
    // Bash has split the word at the colon, and gets what is behind it.
    expect(await offer('berth run bb:l')).toEqual([shell === 'bash' ? 'latest' : 'bb:latest']);
    expect(await offer('berth inspect -s web sto')).toEqual(['store']);
  });
});

test('what a container executes is not completed, and without an engine there are no names', async () => {
  const ask = (...words: readonly string[]): Promise<string> =>
    run('berth', ['__complete', '--', ...words]);
  expect(await ask('exec', 'web', '--he')).toBe('files\n');
  expect(await ask('nosuch', '')).toBe('words\n');
  expect(await ask('run', '--env-file', '')).toBe('files\n');
  expect(await ask('stop', '--host', 'unix:///nowhere', '')).toBe('words\n');
  expect(await ask('__')).toBe('words\n');
  const asked = await run('berth', ['__complete', '--', 'stop', ''], { BERTH_HOST: 'nonsense' });
  expect(asked).toBe('words\n');
});

test.each(shells)('berth completion %s prints its script', async (shell) => {
  expect(await run('berth', ['completion', shell])).toBe(shellScripts[shell]);
});
