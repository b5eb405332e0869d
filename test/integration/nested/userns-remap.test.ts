import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectAsBefore, type Leftovers, leftovers } from '../../support/leftovers.ts';
import type { CommandResult } from '../api/test-daemon.ts';
import { removeTree } from '../../support/remove-tree.ts';

const child = join(import.meta.dirname, 'engine-child.ts');
let folder: string;
let before: Leftovers;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-remap-'));
});
afterAll(() => {
  removeTree(folder);
});
beforeEach(() => {
  before = leftovers();
});
afterEach(async () => {
  await expectAsBefore(before);
});

/** What `docker` commands say to an engine with `userns-remap`, on a host with the given subordinate ids. */
function remapped(
  commands: readonly (readonly string[])[],
  {
    value = 'default',
    ids = 'dockremap:200000:65536\n',
  }: { readonly value?: string; readonly ids?: string } = {},
): readonly CommandResult[] {
  const file = join(folder, 'subids');
  writeFileSync(file, ids);
  const script = `for file in subuid subgid; do mount --bind ${file} /etc/$file; done; exec "$@"`;
  const args = [process.execPath, '--disable-warning=ExperimentalWarning', child];
  const out = execFileSync(
    'unshare',
    ['--mount', 'sh', '-ec', script, 'sh', ...args, ...commands.map((one) => JSON.stringify(one))],
    {
      encoding: 'utf8',
      env: { ...process.env, USERNS_REMAP: value },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  return (JSON.parse(out) as { readonly results: readonly CommandResult[] }).results;
}

function shell(script: string, ...options: readonly string[]): readonly string[] {
  return ['run', '--rm', '--network', 'none', ...options, 'bb', 'sh', '-c', script];
}

describe('userns-remap', () => {
  it('gives containers users of their own', () => {
    const [maps, hello, info] = remapped([
      shell(
        'cat /proc/self/uid_map /proc/self/gid_map; id -u; stat -c "%u %g" / /bin /bin/busybox /etc/hosts',
      ),
      ['run', '--rm', '--network', 'none', 'hello-world'],
      ['info', '-f', '{{json .SecurityOptions}}'],
    ]);
    expect(maps?.stderr).toBe('');
    expect(maps?.stdout.replace(/ +/g, ' ')).toBe(
      ' 0 200000 65536\n 0 200000 65536\n0\n0 0\n0 0\n0 0\n0 0\n',
    );
    expect(hello?.stdout).toContain('Hello from berth!');
    expect(info?.stdout).toContain('name=userns');
  });

  it('unless a container wants those of the host', () => {
    const [own, other] = remapped([
      shell('cat /proc/self/uid_map', '--userns', 'host'),
      shell('cat /proc/self/uid_map', '--userns', 'host', '--privileged'),
    ]);
    for (const seen of [own, other])
      expect(seen?.stdout.trim().split(/ +/)).toEqual(['0', '0', '4294967295']);
  });

  it('and so to what is executed in them, whatever berthd is told meanwhile', () => {
    const look = 'cat /proc/self/uid_map; id -u; touch /etc/by-exec; stat -c %u /etc/by-exec';
    const results = remapped([
      ['run', '-d', '--name', 'own', '--network', 'none', 'bb', 'sleep', '1000'],
      ['run', '-d', '--name', 'host', '--network', 'none', '--userns', 'host', 'bb', 'sleep', '9'],
      ['exec', 'own', 'sh', '-c', look],
      ['exec', '--privileged', 'own', 'sh', '-c', look],
      ['daemon restart', ''],
      ['exec', 'own', 'sh', '-c', look],
      ['restart', '--time', '0', 'own'],
      ['exec', 'own', 'cat', '/proc/self/uid_map'],
      ['daemon restart', 'default'],
      ['exec', 'own', 'cat', '/proc/self/uid_map'],
      ['exec', 'host', 'cat', '/proc/self/uid_map'],
    ]);
    const texts = results.map(({ stdout, stderr }) => (stdout + stderr).replace(/ +/g, ' '));
    const own = ' 0 200000 65536\n0\n0\n';
    expect(texts.slice(2, 5)).toEqual([own, own, own]);
    const host = ' 0 0 4294967295\n';
    expect(texts.slice(6)).toEqual([host, host, host]);
  });

  it('and what is copied has their ids, whether it runs or not', () => {
    const source = join(folder, 'copied');
    const bound = join(folder, 'bound');
    mkdirSync(bound, { recursive: true });
    writeFileSync(source, 'copied');
    execFileSync('chown', ['1000:1000', source]);
    execFileSync('chown', ['200000:200000', bound]);
    const look = [
      '/bin/busybox',
      'stat',
      '-c',
      '%u %g',
      '/tmp/copied',
      '/kept/copied',
      '/bound/copied',
    ];
    const copies = ['/tmp', '/kept', '/bound'].map((to) => ['cp', '-a', source, `one:${to}`]);
    const results = remapped([
      [
        ...['create', '--name', 'one', '--network', 'none', '-v', 'kept:/kept'],
        ...['-v', `${bound}:/bound`, 'bb', 'sleep', '1000'],
      ],
      ...copies,
      ['start', 'one'],
      ['exec', 'one', ...look],
      ['exec', 'one', 'sh', '-c', '/bin/busybox rm /*/copied'],
      ...copies,
      ['exec', 'one', ...look],
    ]);
    expect(results.map(({ stderr }) => stderr).join('')).toBe('');
    const owners = '1000 1000\n1000 1000\n1000 1000\n';
    expect([results[5]?.stdout, results.at(-1)?.stdout]).toEqual([owners, owners]);
    expect(execFileSync('stat', ['-c', '%u', join(bound, 'copied')]).toString()).toBe('201000\n');
  });

  it('and in layers, differences and archives they are those of the container', () => {
    const script =
      'echo x > /made; chown 1000:1000 /made; chown 7:7 /etc/plain; rm -r /tmp; mkdir /tmp; rm /bin/wc';
    const results = remapped([
      ['create', '--name', 'one', '--network', 'none', 'bb', 'sh', '-c', script],
      ['start', '-a', 'one'],
      ['diff', 'one'],
      ['commit', 'one', 'two'],
      [
        'run',
        '--rm',
        '--network',
        'none',
        'two',
        'sh',
        '-c',
        'stat -c "%u %g %n" /made /etc/plain /tmp; ls /bin/wc',
      ],
      [
        'run',
        '--rm',
        '--network',
        'none',
        '--userns',
        'host',
        'two',
        'sh',
        '-c',
        'stat -c "%u %g" /made /etc/plain',
      ],
    ]);
    const [, started, diff, , again, host] = results;
    expect(started).toMatchObject({ exitCode: 0, stderr: '' });
    expect(diff?.stdout).toContain('A /made');
    expect(diff?.stdout).toContain('D /bin/wc');
    expect(again?.stdout).toBe('1000 1000 /made\n7 7 /etc/plain\n0 0 /tmp\n');
    expect(again?.stderr).toContain('No such file');
    expect(host?.stdout).toBe('1000 1000\n7 7\n');
  });

  it('and in volumes, which others find as they are', () => {
    const results = remapped([
      shell('echo x > /v/file; chown 7:8 /v/file; stat -c "%u %g" /v /v/file', '-v', 'vol:/v'),
      shell('stat -c "%u %g" /v /v/file', '-v', 'vol:/v', '--userns', 'host'),
      shell('stat -c "%u %g" /etc/plain', '-v', 'filled:/etc'),
    ]);
    expect(results.map(({ stdout, stderr }) => stdout + stderr)).toEqual([
      '0 0\n7 8\n',
      '0 0\n7 8\n',
      '0 0\n',
    ]);
  });

  it("lets a container write to what it is given, and not to what is the host's", () => {
    const [own, host] = [join(folder, 'own'), join(folder, 'host')];
    for (const path of [own, host]) mkdirSync(path, { recursive: true });
    execFileSync('chown', ['200000:200000', own]);
    const [result] = remapped([
      shell(
        'echo hosts >> /etc/hosts && tail -n 1 /etc/hosts; touch /own/x && echo wrote; touch /host/x || stat -c %u /host',
        ...['-v', `${own}:/own`, '-v', `${host}:/host`],
      ),
    ]);
    expect(result?.stdout).toBe('hosts\nwrote\n65534\n');
    expect(result?.stderr).toContain('Permission denied');
  });

  it('refuses what belongs to the host', () => {
    const refusals = [
      [['--privileged'], 'privileged mode is incompatible with user namespaces'],
      [['--network', 'host'], "cannot share the host's network namespace"],
      [['--pid', 'host'], 'cannot share the host PID namespace'],
    ] as const;
    const results = remapped(
      refusals.map(([options]) => ['run', '--rm', ...options, 'bb', 'true']),
    );
    for (const [index, [, message]] of refusals.entries())
      expect(results[index]).toMatchObject({
        exitCode: 125,
        stderr: expect.stringContaining(message) as string,
      });
  });

  it.each([
    ['default', 'other:1:1\n', '"dockremap" has no line in "/etc/subuid"'],
    ['a:b:c', '', 'wanted "default", a user, or a user and a group'],
  ])('that is %s is refused where nobody has ids', (value, ids, message) => {
    expect(() => remapped([], { value, ids })).toThrow(message);
  });
});
