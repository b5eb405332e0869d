import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the `berth` command as a user types it. */
function berth(argv: readonly string[], options: { readonly uid?: number } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const main = `${root}/scripts/main.ts`;
    execFile(process.execPath, [main, ...argv], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ exitCode: code, stdout, stderr });
    });
  });
}

describe('wrong use ends with 2, a code, the near miss and a remedy', () => {
  test.each([
    [
      ['stauts'],
      /^berth: USAGE: "stauts" is not a verb of berth; did you mean "status"\?\n {2}remedy: See "berth --help"/,
    ],
    [
      ['up', '--yess'],
      /^berth: USAGE: unknown option "--yess" \(Did you mean --yes\?\)\n {2}remedy: See "berth up --help"/,
    ],
    [['--bogus'], /^berth: USAGE: unknown option "--bogus"/],
    [['up', 'there'], /^berth: USAGE: too many arguments/],
    [
      ['up', '--socket', 'relative'],
      /^berth: USAGE: --socket is "relative"; wanted an absolute path/,
    ],
    [
      ['up', '--plan', 'x', '--data-root', '/x'],
      /^berth: USAGE: option "--plan <file>" cannot be used with option "--data-root <path>"/,
    ],
    [['up', '--skip', 'dns'], /^berth: CHECK_SKIP_INVALID: .*gives no reason/],
    [['daemon', 'dance'], /^berth: USAGE: .*"dance" is invalid/],
    [['daemon', 'logs', '-n', 'many'], /^berth: USAGE: --lines is "many"; wanted a whole number/],
    [
      ['up', '--dry-run', '--plan', '/no/such/plan'],
      /^berth: PLAN_INVALID: "\/no\/such\/plan" is not a plan/,
    ],
  ])('%j', async (argv, stderr) => {
    const ended = await berth(argv);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toMatch(stderr);
    expect(ended.stderr).toContain('\n  remedy: ');
  });
});

describe('help and version', () => {
  test('without a verb every verb is listed', async () => {
    const { exitCode, stdout } = await berth([]);
    expect(exitCode).toBe(0);
    for (const verb of ['up', 'down', 'status', 'check', 'daemon', 'run', 'ps', 'images', 'logs']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
    }
  });

  test('a verb has its own', async () => {
    const { exitCode, stdout } = await berth(['down', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--keep-packages');
  });

  test('the version is that of package.json', async () => {
    const { version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
      version: string;
    };
    expect(await berth(['--version'])).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('without root', () => {
  test.each(['up', 'down'])('"%s" says so and changes nothing', async (verb) => {
    const ended = await berth([verb], { uid: 65534 });
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/^berth: NOT_ROOT: .*user id "65534"; wanted root/);
    expect(ended.stderr).toContain(`sudo berth ${verb}`);
  });

  test('"status" answers as far as it can', async () => {
    const { stdout, stderr } = await berth(['status'], { uid: 65534 });
    expect(stdout).toMatch(/^host {6}/);
    expect(stderr).toBe('');
  });
});

describe('for programs', () => {
  test('an error is JSON on standard output too', async () => {
    const { exitCode, stdout } = await berth(['up', '--json', '--socket', 'x']);
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'USAGE' } });
  });
});
