import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkedDaemon, wire } from '../networked-daemon.ts';

let daemon: NetworkedDaemon;

beforeAll(async () => {
  daemon = await NetworkedDaemon.start();
  writeFileSync(join(daemon.berthd.root, 'docker-compose.yml'), project);
});
afterAll(() => daemon.stop());

/** A page, what makes it, and what it is made from: only the middle one reaches both ends. */
const project = `
version: "2.4"
services:
  page:
    image: bb
    networks: [front]
    ports: ["8088:80"]
    depends_on: [maker]
    command: ["busybox", "sh", "-c", "mkdir /www; while ! busybox wget -qO /www/index.html http://maker:8000/; do :; done; exec busybox httpd -f -p 80 -h /www"]
  maker:
    image: bb
    networks: { front: { aliases: [kitchen] }, back: { ipv4_address: 10.77.0.8 } }
    depends_on: [database]
    command: ["busybox", "sh", "-c", "mkdir /www; while ! busybox nc database 5432 > /www/index.html || ! [ -s /www/index.html ]; do :; done; exec busybox httpd -f -p 8000 -h /www"]
  database:
    image: bb
    networks: [back]
    command: ["busybox", "sh", "-c", "while echo rows | busybox nc -l -p 5432; do :; done"]
networks:
  front: {}
  back: { internal: true, ipam: { config: [{ subnet: 10.77.0.0/24 }] } }
`;

function compose(...args: readonly string[]): Promise<string> {
  const { root, socket } = daemon.berthd;
  const env = { ...process.env, DOCKER_HOST: `unix://${socket}`, HOME: root };
  const words = ['--ansi', 'never', '-p', 'proj', ...args];
  return new Promise((resolve, reject) => {
    const options = { env, cwd: root, timeout: 60_000 };
    execFile('/usr/bin/docker-compose', words, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout + stderr);
      else reject(new Error(stdout + stderr, { cause: error }));
    });
  });
}

test('services of a project find each other by name, over two networks, and are reached from outside', async () => {
  const up = await compose('up', '-d');
  expect(up).toContain('Creating network "proj_front" with the default driver');
  expect(up).toContain('Creating network "proj_back" with the default driver');
  const url = `http://${wire.host.ipv4}:8088/`;
  await expect.poll(() => daemon.fetch('outside', url), { timeout: 20_000 }).toBe('rows\n');
  const nslookup = ['exec', '-T', 'page', 'busybox', 'nslookup'];
  expect(await compose(...nslookup, 'kitchen')).toContain('Address');
  await expect(compose(...nslookup, 'database')).rejects.toThrow();
  expect(await compose('port', 'page', '80')).toContain('8088');
});

test('a project is brought up again, and taken down with its networks', async () => {
  await compose('restart', '-t', '0');
  const url = `http://${wire.host.ipv4}:8088/`;
  await expect.poll(() => daemon.fetch('outside', url), { timeout: 20_000 }).toBe('rows\n');
  const down = await compose('down', '-t', '0');
  expect(down).toContain('Removing network proj_front');
  expect(await daemon.docker('ps', '-aq')).toBe('');
  expect((await daemon.docker('network', 'ls', '--format', '{{.Name}}')).split('\n')).toEqual([
    'bridge',
    'host',
    'none',
  ]);
});
