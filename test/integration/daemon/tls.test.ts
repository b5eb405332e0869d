import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyboxArchive } from '../api/busybox-image.ts';
import { makeCertificates } from './certificates.ts';
import { ConfiguredBerthd } from './configured-berthd.ts';

describe('the API over TCP with certificates', () => {
  let berthd: ConfiguredBerthd;
  let port: number;
  let certificates: string;
  let strangers: string;
  const over = (folder: string): NodeJS.ProcessEnv => ({
    DOCKER_HOST: `tcp://127.0.0.1:${port}`,
    DOCKER_TLS_VERIFY: '1',
    DOCKER_CERT_PATH: folder,
  });

  beforeAll(async () => {
    berthd = new ConfiguredBerthd();
    certificates = makeCertificates(join(berthd.root, 'own'));
    strangers = makeCertificates(join(berthd.root, 'strange'));
    berthd.write({
      hosts: [`unix://${berthd.socket}`, 'tcp://127.0.0.1:0'],
      tlsverify: true,
      tlscacert: join(certificates, 'ca.pem'),
      tlscert: join(certificates, 'cert.pem'),
      tlskey: join(certificates, 'key.pem'),
    });
    await berthd.run();
    const { sockets } = await berthd.logged('berthd is ready');
    port = Number(/tcp:\/\/127\.0\.0\.1:(\d+)/.exec(JSON.stringify(sockets))?.[1]);
    await berthd.docker(['load', '-i', busyboxArchive(berthd.root)]);
  });
  afterAll(async () => {
    await berthd.docker(['rm', '-f', 'box']);
    await berthd.stop();
  });

  test('docker --tlsverify runs, executes and attaches, with the ends of both streams', async () => {
    const tls = over(certificates);
    const run = await berthd.docker(['run', '-d', '--name', 'box', 'bb', 'sleep', '1000'], tls);
    expect(run.status).toBe(0);
    // cat ends only when it hears of the end of its input, and wc when cat has ended.
    const piped = `head -c 300000 /dev/zero | docker exec -i box sh -c 'cat | wc -c'`;
    const executed = await berthd.command('sh', ['-c', piped], tls);
    expect(executed).toMatchObject({ status: 0, stdout: '300000\n' });
    const attached = await berthd.command(
      'sh',
      ['-c', 'echo through | docker run -i --rm bb cat'],
      tls,
    );
    expect(attached).toMatchObject({ status: 0, stdout: 'through\n' });
    const both = await berthd.docker(['ps', '-q']);
    expect(both.stdout.trim()).toHaveLength(12);
  });

  test('who shows no certificate, or one of somebody else, gets no word', async () => {
    const none = await berthd.command('docker', [
      ...['-H', `tcp://127.0.0.1:${port}`, '--tls', '--tlscert', '', '--tlskey', '', 'version'],
    ]);
    expect(none.status).not.toBe(0);
    expect(none.stdout).not.toContain('Server');
    copyFileSync(join(certificates, 'ca.pem'), join(strangers, 'ca.pem'));
    const strange = await berthd.docker(['ps'], over(strangers));
    expect(strange.status).toBe(1);
    const plain = await berthd.docker(['ps'], { DOCKER_HOST: `tcp://127.0.0.1:${port}` });
    expect(plain.status).toBe(1);
  });

  test('TLS 1.1 is refused', async () => {
    const refused = await new Promise<string>((resolve) => {
      const socket = connect(
        {
          ...{ port, rejectUnauthorized: false, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
          // OpenSSL's own level would keep the client from it.
          ciphers: 'DEFAULT@SECLEVEL=0',
        },
        () => {
          resolve('connected');
          socket.destroy();
        },
      );
      socket.once('error', () => {
        resolve('refused');
      });
    });
    expect(refused).toBe('refused');
  });

  test('SIGHUP takes other certificates, and refuses what cannot be used', async () => {
    const next = makeCertificates(join(berthd.root, 'next'));
    for (const name of ['ca.pem', 'cert.pem', 'key.pem']) {
      copyFileSync(join(next, name), join(certificates, name));
    }
    chmodSync(join(certificates, 'key.pem'), 0o644);
    const refused = await berthd.reload('the configuration stays as it was');
    expect(refused['problem']).toMatch(/"tlskey": .*key.pem" has mode 0644, wanted 0600/);
    chmodSync(join(certificates, 'key.pem'), 0o600);
    await berthd.reload('the configuration was read again');
    expect(await berthd.docker(['ps', '-q'], over(next))).toMatchObject({ status: 0 });
  });

  test('berthd --validate names what is wrong with a certificate', async () => {
    const said = async (keys: object): Promise<string> => {
      const { stderr } = await berthd.validate(keys);
      return stderr;
    };
    const own = { hosts: [`tcp://127.0.0.1:${port}`], tlsverify: true };
    const files = { tlscacert: join(strangers, 'ca.pem'), tlscert: join(strangers, 'cert.pem') };
    const missing = await said({ ...own, ...files, tlskey: '/nowhere/key.pem' });
    expect(missing).toMatch(/line \d+, column \d+: "tlskey": "\/nowhere\/key.pem" cannot be read/);
    const other = await said({ ...own, ...files, tlskey: join(certificates, 'key.pem') });
    expect(other).toMatch(/"tlscert": .* wanted a certificate and its key/);
    expect(await said({ hosts: ['tcp://127.0.0.1:1'] })).toMatch(
      /"hosts.0": wanted "tlsverify": true/,
    );
  });
});
