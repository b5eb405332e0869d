import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { modulesLoadConf } from '../../../templates/modules-load-conf.ts';
import { openrcScript } from '../../../templates/openrc-script.ts';
import type { ServiceCommand } from '../../../templates/service-command.ts';
import { sysctlConf } from '../../../templates/sysctl-conf.ts';
import { systemdUnit } from '../../../templates/systemd-unit.ts';

/** Words that need quoting in every format: a blank, a percent sign, a dollar, quotes, a backslash. */
const awkward = ['a b', '100%', '$HOME', `it's "x"`, 'back\\slash'];
const command: ServiceCommand = {
  argv: ['/bin/echo', '--config', '/etc/berth/daemon.json', ...awkward],
  environment: ['PATH=/usr/bin:/bin', 'HTTPS_PROXY=http://u:p%40ss@proxy:3128'],
  logFile: '/var/log/berth/berthd.log',
  configDigest: 'sha256:0',
};
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-templates-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the systemd unit', () => {
  test('is what systemd-analyze verify accepts', async () => {
    const unit = join(folder, 'berth.service');
    await writeFile(unit, systemdUnit(command));
    const result = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
    // It also complains of units of the machine itself, which are not ours.
    const complaints = result.stderr.split('\n').filter((line) => line.includes('berth.service'));
    expect(complaints).toEqual([]);
    expect(result.error).toBeUndefined();
  });

  test('quotes words as systemd reads them', () => {
    const line = systemdUnit(command)
      .split('\n')
      .find((text) => text.startsWith('ExecStart='));
    expect(line).toBe(
      String.raw`ExecStart=/bin/echo --config /etc/berth/daemon.json "a b" 100%% "$$HOME" "it's \"x\"" "back\\slash"`,
    );
  });
});

describe('the OpenRC script', () => {
  test('is a shell script that hands the words over as they are', async () => {
    const script = join(folder, 'berth');
    await writeFile(script, openrcScript(command));
    execFileSync('sh', ['-n', script]);
    // supervise-daemon runs: eval $command $command_args
    const words = execFileSync(
      'sh',
      ['-c', `. "${script}"; eval "printf '%s\\n' $command_args"; printf '%s' "$HTTPS_PROXY"`],
      { encoding: 'utf8' },
    );
    expect(words.split('\n')).toEqual([...command.argv.slice(1), 'http://u:p%40ss@proxy:3128']);
  });
});

describe('the sysctl file', () => {
  test('is what sysctl(8) reads', async () => {
    const file = join(folder, '60-berth.conf');
    // The value that is there already: reading it changes nothing.
    const key = 'fs.inotify.max_queued_events';
    const value = execFileSync('sysctl', ['-n', key], { encoding: 'utf8' }).trim();
    await writeFile(file, sysctlConf(undefined, [{ key, value }]));
    expect(execFileSync('sysctl', ['-p', file], { encoding: 'utf8' })).toBe(`${key} = ${value}\n`);
  });

  test('keeps other lines and replaces the same keys, however they are spaced', () => {
    const before = '# mine\na.b=1\n  c.d = 2\n';
    expect(sysctlConf(before, [{ key: 'c.d', value: '3' }])).toBe('# mine\na.b=1\nc.d = 3\n');
  });
});

describe('the modules file', () => {
  test('names each module once', () => {
    const first = modulesLoadConf(undefined, ['overlay', 'br_netfilter']);
    expect(modulesLoadConf(first, ['overlay'])).toBe(first);
    expect(first.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'overlay',
      'br_netfilter',
      '',
    ]);
  });
});
