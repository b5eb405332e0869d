import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busyboxArchive } from '../api/busybox-image.ts';
import { TestDaemon } from '../api/test-daemon.ts';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await TestDaemon.start();
  const archive = busyboxArchive(daemon.root);
  const folder = join(daemon.root, 'evil');
  mkdirSync(folder);
  execFileSync('tar', ['-xf', archive, '-C', folder]);
  const [manifest] = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as [
    { Config: string; RepoTags: string[] },
  ];
  const config = JSON.parse(readFileSync(join(folder, manifest.Config), 'utf8')) as {
    config: object;
  };
  // What an image may try to say of its container, in every place where somebody has looked for it.
  const wishes = {
    SecurityOpt: ['seccomp=unconfined', 'apparmor=unconfined', 'label=disable'],
    Privileged: true,
    CapAdd: ['ALL'],
    HostConfig: { Privileged: true, SecurityOpt: ['seccomp=unconfined'], Binds: ['/:/host'] },
    PidMode: 'host',
  };
  Object.assign(config, wishes);
  Object.assign(config.config, wishes);
  const text = JSON.stringify(config);
  manifest.Config = `${createHash('sha256').update(text).digest('hex')}.json`;
  manifest.RepoTags = ['evil:latest'];
  writeFileSync(join(folder, manifest.Config), text);
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify([manifest]));
  execFileSync('tar', ['-cf', `${folder}.tar`, '-C', folder, '.']);
  const loaded = await daemon.docker(['load', '-i', `${folder}.tar`]);
  expect(loaded.stdout).toBe('Loaded image: evil:latest\n');
});
afterAll(() => daemon.destroy());

async function run(args: readonly string[], script: string): Promise<string> {
  const command = ['run', '--rm', '--network', 'none', ...args, 'evil', 'sh', '-c', script];
  const { stdout, stderr } = await daemon.docker(command);
  return `${stdout}${stderr}`.trim();
}

const status =
  'while read name value; do case $name in Cap*|Seccomp:) echo $name $value;; esac; done < /proc/self/status';

/**
 * CVE-2014-6408: an image said in its configuration that its containers run without confinement. The defence is that only
 * known fields of an image's configuration are read (runtime/image/image-config.ts), and that none of them is about security
 * (runtime/container/create/merge-image-config.ts).
 *
 * CVE-2022-24769 and CVE-2022-29162: programs got inheritable capabilities, which a file with such of its own made effective
 * for any user. The defence is the empty set in `processCapabilities`, runtime/container/spec/build-spec.ts.
 */
describe('a container of an image that asks for everything', () => {
  it('has the default capabilities, none to be inherited, and the default filter', async () => {
    expect(await run([], status)).toBe(
      [
        'CapInh: 0000000000000000',
        'CapPrm: 00000000a80425fb',
        'CapEff: 00000000a80425fb',
        'CapBnd: 00000000a80425fb',
        'CapAmb: 0000000000000000',
        'Seccomp: 2',
      ].join('\n'),
    );
  });

  it('has none to be inherited either as another user, or with more of them', async () => {
    for (const args of [['--user', '1000'], ['--cap-add', 'ALL'], ['--privileged']]) {
      expect(await run(args, status)).toContain('CapInh: 0000000000000000');
    }
  });

  it('gives none to be inherited to what is executed in it, whoever that is', async () => {
    await daemon.docker([
      'run',
      '-d',
      '--name',
      'box',
      '--network',
      'none',
      'evil',
      'sleep',
      '1000',
    ]);
    for (const args of [[], ['--user', '1000'], ['--privileged']]) {
      const { stdout } = await daemon.docker(['exec', ...args, 'box', 'sh', '-c', status]);
      expect(stdout).toContain('CapInh: 0000000000000000');
    }
    await daemon.docker(['rm', '-f', 'box']);
  });

  it('has process ids and a root of its own', async () => {
    expect(await run([], 'echo $$; ls /host')).toMatch(
      /^1\nls: \/host: No such file or directory$/,
    );
  });

  it('writes no kernel file of the host', async () => {
    const files = [
      '/proc/sys/kernel/core_pattern',
      '/proc/sys/vm/drop_caches',
      '/proc/sysrq-trigger',
    ];
    for (const file of files.filter((one) => existsSync(one))) {
      expect(await run([], `echo h > ${file}`)).toContain('Read-only file system');
    }
  });

  it.each(['4294967295', '4294967296', '-1'])('is nobody else by the id %s', async (user) => {
    const output = await run(['--user', user], 'id -u');
    expect(output).toContain('unable to find user');
  });
});
