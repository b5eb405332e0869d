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

/** Addresses of its own, links, a network that is another's, another service's network, and ports of a range. */
const second = (port: string): string => `
version: "2.4"
services:
  store:
    image: bb
    networks: { back: { ipv4_address: 10.79.0.8, ipv6_address: "fd79::8" } }
    healthcheck: { test: ["CMD", "cat", "/up"], interval: 1s, retries: 30 }
    command: ["sh", "-c", "touch /up; sleep 1000"]
  web:
    image: bb
    depends_on: { store: { condition: service_healthy } }
    networks: [back, theirs]
    links: ["store:depot"]
    ports: ["127.0.0.1:${port}:80"]
    command: ["busybox", "sh", "-c", "hostname > /index.html; exec busybox httpd -f -p 80 -h /"]
  beside:
    image: bb
    network_mode: "service:web"
    command: ["sleep", "1000"]
networks:
  back: { enable_ipv6: true, ipam: { config: [{ subnet: 10.79.0.0/24, ip_range: 10.79.0.64/26 }, { subnet: "fd79::/64" }] } }
  theirs: { external: true, name: another }
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

test('addresses, links, networks of others, and more of a service than one', async () => {
  const write = (port: string): void => {
    writeFileSync(join(daemon.berthd.root, 'docker-compose.yml'), second(port));
  };
  await daemon.docker('network', 'create', 'another');
  write('8100-8104');
  await compose('up', '-d', '--scale', 'web=2');
  const ports = await Promise.all(
    [1, 2].map((at) => compose('port', `--index=${at}`, 'web', '80')),
  );
  expect(ports.map((text) => text.trim()).toSorted()).toEqual(['127.0.0.1:8100', '127.0.0.1:8101']);
  const lookUp = (name: string): Promise<string> =>
    daemon.docker('exec', 'proj_beside_1', 'busybox', 'nslookup', name);
  expect(await lookUp('depot')).toMatch(/10\.79\.0\.8[^]*fd79::8/);
  const both = await lookUp('web');
  // The first of the range is the router's.
  for (const address of ['10.79.0.65', '10.79.0.66']) expect(both).toContain(address);
  const here = await daemon.docker(
    'exec',
    'proj_beside_1',
    'busybox',
    'wget',
    '-qO-',
    'http://127.0.0.1/',
  );
  expect(await daemon.fetch('host', 'http://127.0.0.1:8100/')).toHaveLength(here.length + 1);
  expect(await compose('up', '-d', '--scale', 'web=2')).toContain('proj_web_1 is up-to-date');
  write('8200-8204');
  expect(await compose('up', '-d', '-t', '0')).toContain('Recreating proj_web_1');
  expect(await compose('port', 'web', '80')).toMatch(/^127\.0\.0\.1:820\d$/m);
  const down = await compose('down', '-v', '--remove-orphans', '-t', '0');
  expect(down).toContain('Network another is external, skipping');
  expect(await daemon.docker('ps', '-aq')).toBe('');
  await daemon.docker('network', 'rm', 'another');
});
