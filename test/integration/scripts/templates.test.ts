import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { environmentFile, parseEnvironmentFile } from '../../../templates/environment-file.ts';
import { modulesLoadConf } from '../../../templates/modules-load-conf.ts';
import { fileLoggedArgv } from '../../../templates/file-logged-command.ts';
import { logLimits } from '../../../templates/log-limits.ts';
import { markedEnvironment, type ServiceCommand } from '../../../templates/service-command.ts';
import { sysctlConf } from '../../../templates/sysctl-conf.ts';
import { systemdSocket } from '../../../templates/systemd-socket.ts';
import { systemdUnit } from '../../../templates/systemd-unit.ts';

/** Words that need quoting in every format: a blank, a percent sign, a dollar, quotes, a backslash. */
const awkward = ['a b', '100%', '$HOME', `it's "x"`, 'back\\slash'];
const command: ServiceCommand = {
  argv: ['/bin/echo', '--config', '/etc/berth/daemon.json', ...awkward],
  environment: ['PATH=/usr/bin:/bin', 'HTTPS_PROXY=http://u:p%40ss@proxy:3128'],
  logFile: '/var/log/berth/berthd.log',
  configDigest: 'sha256:0',
  sockets: ['/run/berth/berth.sock', '/var/run/docker.sock'],
  group: 'berth',
};
/** Where the daemon's environment is. */
const variables = '/etc/berth/environment';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-templates-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the systemd units', () => {
  /** Unit files of their own folder, as systemd sees them. */
  async function units(): Promise<readonly string[]> {
    const files = [join(folder, 'berth.service'), join(folder, 'berth.socket')] as const;
    await writeFile(files[0], systemdUnit(command, variables));
    await writeFile(files[1], systemdSocket(command));
    return files;
  }

  test('are what systemd-analyze verify accepts', async () => {
    const env = { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` };
    const args = ['verify', '--man=no', ...(await units())];
    const result = spawnSync('systemd-analyze', args, { encoding: 'utf8', env });
    // It also complains of units of the machine itself, which are not ours.
    const complaints = result.stderr
      .split('\n')
      .filter((line) => /berth\.(service|socket)/.test(line));
    expect(complaints).toEqual([]);
    expect(result.error).toBeUndefined();
  });

  /** Exposure, from 0 (best) to 10, as systemd counts it (systemd-analyze(1), security). */
  const exposure = (unit: string): number => {
    const args = ['security', '--offline=yes', '--no-pager', unit];
    const { stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    return Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
  };

  test('expose less than those of Docker, and all the less with the drop-in of docs/services.md', async () => {
    const [service = ''] = await units();
    expect(exposure(service)).toBeLessThanOrEqual(9.3);
    expect(exposure('/lib/systemd/system/docker.service')).toBe(9.6);
    const text = await readFile(join(import.meta.dirname, '../../../docs/services.md'), 'utf8');
    const dropIn = /```ini\n(\[Service\]\n[\s\S]*?)```/.exec(text)?.[1] ?? '';
    const hardened = join(folder, 'hardened.service');
    await writeFile(
      hardened,
      systemdUnit(command, variables).replace(
        '\n[Install]',
        `${dropIn.slice('[Service]'.length)}\n[Install]`,
      ),
    );
    expect(exposure(hardened)).toBeLessThanOrEqual(7.2);
  });

  test('quote words as systemd reads them', () => {
    const line = systemdUnit(command, variables)
      .split('\n')
      .find((text) => text.startsWith('ExecStart='));
    expect(line).toBe(
      String.raw`ExecStart=/bin/echo --config /etc/berth/daemon.json "a b" 100%% "$$HOME" "it's \"x\"" "back\\slash"`,
    );
  });

  test('tell nobody the environment: what a unit says, everybody may read', () => {
    const unit = systemdUnit(command, variables);
    expect(unit).toContain(`\nEnvironmentFile=${variables}\n`);
    expect(unit).not.toContain('\nEnvironment=');
    for (const variable of markedEnvironment(command)) {
      expect(unit).not.toContain(variable.split('=')[1]);
    }
  });

  test('say which definition it is: the same for the same command alone', () => {
    expect(markedEnvironment(command).at(-1)).toMatch(/^BERTH_DEFINITION=\w{16}$/);
    const mark = (changed: Partial<ServiceCommand>): string | undefined =>
      markedEnvironment({ ...command, ...changed }).at(-1);
    expect(mark({})).toBe(mark({ sockets: [] }));
    expect(mark({})).not.toBe(mark({ argv: ['/bin/true'] }));
    expect(mark({})).not.toBe(mark({ environment: [] }));
    expect(mark({})).not.toBe(mark({ configDigest: 'sha256:1' }));
  });
});

describe("the file of the daemon's environment", () => {
  const environment = [...awkward, '`id`', "'", '"', '$(id)', '\\', 'a\nB="c"', ''].map(
    (value, index) => `V${index}=${value}`,
  );

  test('is read back as it was written', () => {
    expect(parseEnvironmentFile(environmentFile(environment))).toEqual(environment);
  });

  test('is what sh reads', async () => {
    const file = join(folder, 'environment');
    await writeFile(file, environmentFile(environment));
    const read = execFileSync('env', ['-i', 'sh', '-c', 'set -a; . "$1"; env -0', 'sh', file]);
    const seen = read
      .toString()
      .split('\0')
      .filter((variable) => variable.startsWith('V'));
    expect(seen.sort()).toEqual([...environment].sort());
  });

  test('is what systemd reads', async () => {
    // It reads os-release(5) by the same code, and systemd-tmpfiles(8) tells what it has read.
    const value = [...awkward, '`id`', '$(id)', "'", '"', '\\'].join(' ');
    await mkdir(join(folder, 'etc'));
    await writeFile(join(folder, 'etc/os-release'), environmentFile([`VERSION_ID=${value}`]));
    await writeFile(join(folder, 'told.conf'), 'f /told - - - - %w\n');
    const from = [`--root=${folder}`, '--create', join(folder, 'told.conf')];
    execFileSync('systemd-tmpfiles', from);
    expect(await readFile(join(folder, 'told'), 'utf8')).toBe(value);
  });
});

describe('a daemon whose standard output is its log file', () => {
  test('starts with its words as they are, and puts a long log aside first', async () => {
    const logFile = join(folder, 'a log');
    const [program, ...args] = fileLoggedArgv({
      ...command,
      argv: ['printf', '%s\\n', ...awkward],
      logFile,
    });
    const start = (): string => {
      const log = openSync(logFile, 'a');
      execFileSync(program, args, { stdio: ['ignore', log, log] });
      closeSync(log);
      return readFileSync(logFile, 'utf8');
    };
    expect(start()).toBe(`${awkward.join('\n')}\n`);
    for (const age of ['1', '2', '3']) writeFileSync(`${logFile}.${age}`, age);
    await writeFile(logFile, 'x'.repeat(logLimits.maxBytes + 1));
    expect(start()).toBe(`${awkward.join('\n')}\n`);
    expect(statSync(`${logFile}.1`).size).toBe(logLimits.maxBytes + 1);
    expect(readFileSync(`${logFile}.2`, 'utf8')).toBe('1');
    expect(readFileSync(`${logFile}.3`, 'utf8')).toBe('2');
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
