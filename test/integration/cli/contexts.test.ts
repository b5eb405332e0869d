import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyboxArchive } from '../api/busybox-image.ts';
import { ConfiguredBerthd, type Ended } from '../daemon/configured-berthd.ts';
import { makeCertificates } from '../daemon/certificates.ts';

const berthProgram = join(import.meta.dirname, '../../../scripts/berth.sh');

describe('berth and contexts', () => {
  let berthd: ConfiguredBerthd;
  let certificates: string;
  let port: string;

  const berth = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
    berthd.command('sh', [berthProgram, ...args], { DOCKER_CONFIG: folder(), ...env });
  const folder = (): string => join(berthd.root, 'docker');

  beforeAll(async () => {
    berthd = new ConfiguredBerthd();
    certificates = makeCertificates(join(berthd.root, 'tls'));
    berthd.write({
      hosts: [`unix://${berthd.socket}`, 'tcp://127.0.0.1:0'],
      tlsverify: true,
      tlscacert: join(certificates, 'ca.pem'),
      tlscert: join(certificates, 'cert.pem'),
      tlskey: join(certificates, 'key.pem'),
    });
    await berthd.run();
    const { sockets } = await berthd.logged('berthd is ready');
    port = /tcp:\/\/127\.0\.0\.1:(\d+)/.exec(JSON.stringify(sockets))?.[1] ?? '';
    await berthd.docker(['load', '-i', busyboxArchive(berthd.root)]);
    mkdirSync(folder());
    writeFileSync(join(folder(), 'config.json'), '{"mine": 1}');
  });
  afterAll(async () => {
    await berthd.stop();
  });

  test('one of a socket is made, used, shown by docker too, and removed', async () => {
    const host = `host=unix://${berthd.socket}`;
    const made = await berth([
      'context',
      'create',
      'here',
      '--description',
      'mine',
      '--docker',
      host,
    ]);
    expect(made).toMatchObject({ status: 0, stdout: 'here\n' });
    expect((await berth(['context', 'use', 'here'])).status).toBe(0);
    expect(JSON.parse(readFileSync(join(folder(), 'config.json'), 'utf8'))).toEqual({
      ...{ mine: 1, currentContext: 'here' },
    });
    expect((await berth(['images', '-q'])).stdout).not.toBe('');
    const docker = (args: readonly string[]): Promise<Ended> =>
      berthd.command('docker', args, { DOCKER_CONFIG: folder() });
    expect((await docker(['context', 'show'])).stdout).toBe('here\n');
    expect((await docker(['images', '-q'])).stdout).not.toBe('');
    const [own, theirs] = [
      await berth(['context', 'inspect']),
      await docker(['context', 'inspect']),
    ];
    const [ownView] = JSON.parse(own.stdout) as [{ Endpoints: object }];
    expect(JSON.parse(theirs.stdout)).toEqual([ownView]);
    expect((await berth(['context', 'ls'])).stdout).toMatch(/^default +.*\nhere \* +mine +unix:/m);
    expect(JSON.parse((await berth(['context', 'ls', '--json'])).stdout)).toMatchObject([
      { Name: 'default', Current: false },
      { Name: 'here', Current: true, Description: 'mine' },
    ]);
    const kept = await berth(['context', 'rm', 'here']);
    expect(kept).toMatchObject({ status: 1, stderr: expect.stringContaining('in use') as unknown });
    expect((await berth(['context', 'rm', '-f', 'here'])).stdout).toBe('here\n');
    expect((await berth(['context', 'show'])).stdout).toBe('default\n');
    expect((await berth(['ps', '--context', 'here'])).stderr).toContain("no context 'here'");
  });

  test('one of docker with certificates is spoken to over TLS, with streams in both directions', async () => {
    const files = ['ca', 'cert', 'key'].map(
      (name) => `${name}=${join(certificates, `${name}.pem`)}`,
    );
    const fields = [`host=tcp://127.0.0.1:${port}`, ...files].join(',');
    const docker = { DOCKER_CONFIG: folder() };
    await berthd.command('docker', ['context', 'create', 'far', '--docker', fields], docker);
    const run = `echo typed | sh ${berthProgram} run --context far -i --rm --network none bb cat`;
    const ran = await berthd.command('sh', ['-c', run], docker);
    expect(ran.stdout).toBe('typed\n');
    const byEnvironment = await berth(['images', '-q'], {
      DOCKER_HOST: `tcp://127.0.0.1:${port}`,
      ...{ DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates },
    });
    expect(byEnvironment.stdout).not.toBe('');
    expect((await berth(['images', '-q'], { DOCKER_CONTEXT: 'far' })).stdout).not.toBe('');
    const plain = await berth(['ps', '-H', `tcp://127.0.0.1:${port}`]);
    expect(plain.stderr).toContain('berth speaks no plain TCP');
  });

  test('ssh runs "berth system dial-stdio" at the other end', async () => {
    const bin = join(berthd.root, 'bin');
    mkdirSync(bin);
    // Not sshd, but what ssh is told: it runs the words behind the host there, through a shell.
    const ssh = `#!/bin/sh\necho "$*" >> ${bin}/told\nwhile [ "$1" != -- ]; do shift; done\nshift 2\nexec sh -c "$*"\n`;
    writeFileSync(join(bin, 'ssh'), ssh);
    writeFileSync(join(bin, 'berth'), `#!/bin/sh\nexec sh ${berthProgram} "$@"\n`);
    for (const name of ['ssh', 'berth']) chmodSync(join(bin, name), 0o755);
    const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}` };
    const address = `ssh://root@other:2200${berthd.socket}`;
    expect((await berth(['images', '-q', '-H', address], env)).stdout).not.toBe('');
    expect(readFileSync(join(bin, 'told'), 'utf8')).toContain(
      `-l root -p 2200 -- other berth system dial-stdio --host 'unix://${berthd.socket}'`,
    );
    const piped = `echo typed | sh ${berthProgram} run -H ${address} -i --rm --network none bb cat`;
    const ran = await berthd.command('sh', ['-c', piped], { ...env, DOCKER_CONFIG: folder() });
    expect(ran.stdout).toBe('typed\n');
  });

  test('what is wrong with one is said', async () => {
    const refused = async (...args: readonly string[]): Promise<string> =>
      (await berth(['context', ...args])).stderr;
    expect(await refused('create', 'default', '--docker', 'host=ssh://x')).toContain(
      'not "default"',
    );
    expect(await refused('create', 'x1', '--docker', 'host=http://x')).toContain(
      "'http://x' as 'host'",
    );
    expect(await refused('create', 'x1', '--docker', 'port=1')).toContain("'1' as 'port'");
    expect(await refused('use', 'nowhere')).toContain("no context 'nowhere'");
    expect((await berth(['ps', '-H', 'ssh://u:p@h'])).stderr).toContain('ENDPOINT_INVALID');
    expect((await berth(['ps', '-H', 'unix:///x', '--context', 'y'])).stderr).toContain(
      'one of them',
    );
    expect(execFileSync('ls', [join(folder(), 'contexts/meta')]).toString()).not.toContain('x1');
  });
});
