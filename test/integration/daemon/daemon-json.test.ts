import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { busyboxArchive } from '../api/busybox-image.ts';
import { until } from '../scripts/support/until.ts';
import { ConfiguredBerthd, type LogLine } from './configured-berthd.ts';

/** What a profile without a call does: allow it, but for mkdir. */
const seccomp = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 1 }],
};

const isOfTest = ({ requestId }: LogLine): boolean => requestId === 'of-a-test';

const containerKeys = {
  'default-ulimits': { nofile: { Name: 'nofile', Soft: 111, Hard: 222 } },
  'default-shm-size': '8m',
  'default-ipc-mode': 'shareable',
  'default-cgroupns-mode': 'host',
  'no-new-privileges': true,
  dns: ['192.0.2.9'],
  'dns-search': ['of.example'],
  'dns-opts': ['rotate'],
};

describe('berthd and its daemon.json', () => {
  let berthd: ConfiguredBerthd;

  beforeAll(async () => {
    berthd = new ConfiguredBerthd();
    const profile = join(berthd.root, 'seccomp.json');
    writeFileSync(profile, JSON.stringify(seccomp));
    const keys = { labels: ['zone=a'], pidfile: join(berthd.root, 'berthd.pid') };
    berthd.write({
      ...{ ...containerKeys, ...keys, 'seccomp-profile': profile },
      'metrics-addr': '127.0.0.1:0',
    });
    await berthd.run(['--debug']);
    await berthd.docker(['load', '-i', busyboxArchive(berthd.root)]);
  });
  afterAll(async () => {
    await berthd.docker(['rm', '-f', 'one', 'own']);
    const pidfile = join(berthd.root, 'berthd.pid');
    expect(existsSync(pidfile)).toBe(true);
    await berthd.stop();
  });

  test('containers that do not say get what the keys say', async () => {
    const script =
      'ulimit -n; ulimit -Hn; cat /etc/resolv.conf; grep -E "NoNewPrivs" /proc/self/status; mkdir /x || echo refused';
    const ran = await berthd.docker(['run', '--name', 'one', 'bb', 'sh', '-c', script]);
    expect(ran.stdout).toMatch(/^111\n222\n/);
    expect(ran.stdout).toContain('nameserver 192.0.2.9\nsearch of.example\noptions rotate\n');
    expect(ran.stdout).toMatch(/NoNewPrivs:\s+1/);
    expect(ran.stdout).toContain('refused');
    const { stdout } = await berthd.docker(['inspect', '-f', '{{json .HostConfig}}', 'one']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ ShmSize: 8 * 1024 * 1024, IpcMode: 'shareable', CgroupnsMode: 'host' },
      Ulimits: [{ Name: 'nofile', Soft: 111, Hard: 222 }],
    });
  });

  test('what a container asks for itself wins', async () => {
    const own = ['--ulimit', 'nofile=55', '--shm-size', '4m', '--dns', '192.0.2.1'];
    const security = ['seccomp=unconfined', 'no-new-privileges=false'];
    const options = [...own, ...security.flatMap((each) => ['--security-opt', each])];
    const script = 'ulimit -n; cat /etc/resolv.conf; grep NoNewPrivs /proc/self/status; mkdir /x';
    const ran = await berthd.docker(['run', '--name', 'own', ...options, 'bb', 'sh', '-c', script]);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/^55\nnameserver 192.0.2.1\n/);
    expect(ran.stdout).toMatch(/NoNewPrivs:\s+0/);
  });

  test('docker info shows the configuration', async () => {
    const { stdout } = await berthd.docker(['info', '-f', '{{json .}}']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ Labels: ['zone=a'], Debug: true },
      SecurityOptions: expect.arrayContaining(['name=no-new-privileges']) as unknown,
    });
    expect(readFileSync(join(berthd.root, 'berthd.pid'), 'utf8')).toMatch(/^\d+$/);
  });

  test('the log knows a request by its id', async () => {
    const headers = ['-H', 'X-Request-Id: of-a-test'];
    const url = 'http://d/containers/none/json?size=1';
    const args = ['-s', '--unix-socket', berthd.socket, ...headers, url];
    const { stdout } = await berthd.command('curl', args);
    expect(JSON.parse(stdout)).toMatchObject({ requestId: 'of-a-test' });
    // It is written after the answer.
    await vi.waitFor(() => {
      expect(berthd.log.some(isOfTest)).toBe(true);
    }, 10_000);
    expect(berthd.log.find(isOfTest)).toMatchObject({
      msg: 'a request was answered',
      ...{ level: 20, requestId: 'of-a-test', method: 'GET', status: 404 },
      ...{ path: '/containers/none/json', route: '/containers/:name/json' },
      ...{ code: 'CONTAINER_NOT_FOUND' },
    });
  });

  test('the log knows an answer that ends with an error by the id that the error has', async () => {
    const args = [
      '-s',
      '--unix-socket',
      berthd.socket,
      '-H',
      'X-Request-Id: half-way',
      '-X',
      'POST',
    ];
    const server = createServer((_request, response) => response.end('no archive'.repeat(100)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://d/images/create?fromSrc=http://127.0.0.1:${port}/none.tar&repo=none`;
    const { stdout } = await berthd.command('curl', [...args, url]);
    server.close();
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as object;
    expect(last).toMatchObject({ errorDetail: { requestId: 'half-way' } });
    const isIt = (line: LogLine): boolean =>
      line['requestId'] === 'half-way' && line['msg'] === 'an answer failed half-way';
    await vi.waitFor(() => {
      expect(berthd.log.some(isIt)).toBe(true);
    }, 10_000);
  });

  test('metrics tell what has happened, on the socket and at an address of loopback', async () => {
    const healthy = [
      '--health-cmd',
      'false',
      '--health-interval',
      '1s',
      '--restart',
      'on-failure:1',
    ];
    await berthd.docker([
      'run',
      '-d',
      '--name',
      'sick',
      ...healthy,
      'bb',
      'sh',
      '-c',
      'sleep 2; false',
    ]);
    const curl = async (...args: readonly string[]): Promise<string> =>
      (await berthd.command('curl', ['-si', ...args])).stdout;
    const text = await until('a health check and a restart', async () => {
      const seen = await curl('--unix-socket', berthd.socket, 'http://d/metrics');
      const both = /health_checks_failed_total [1-9][^]*container_restarts_total 1\n/.test(seen);
      return both ? seen : undefined;
    });
    await berthd.docker(['rm', '-f', 'sick']);
    expect(text).toContain('Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n');
    expect(text).toMatch(/engine_daemon_container_states_containers\{state="stopped"\} [1-9]/);
    expect(text).toMatch(/engine_daemon_container_actions_seconds_count\{action="start"\} [2-9]/);
    expect(text).toMatch(/engine_daemon_events_total [1-9]/);
    expect(text).toMatch(/engine_daemon_engine_info\{version="[^"]+".*graphdriver="overlay2"/);
    expect(text).toMatch(
      /berth_api_requests_total\{method="POST",route="\/containers\/create",code="201"\} [1-9]/,
    );
    expect(text).toMatch(/process_open_fds [1-9]/);
    const { metrics } = await berthd.logged('berthd is ready');
    const url = String(metrics);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await curl(`${url}/metrics`)).toContain('engine_daemon_engine_cpus_cpus ');
    expect(await curl(`${url}/info`)).toMatch(/^HTTP\/1.1 404/);
    expect(await curl('-X', 'POST', `${url}/metrics`)).toMatch(/^HTTP\/1.1 405/);
  });

  test('SIGHUP changes what can change, names what cannot, and tells of it', async () => {
    const events = join(berthd.root, 'events');
    const listening = berthd.command('sh', [
      '-c',
      `exec docker -H unix://${berthd.socket} events --filter type=daemon --format '{{json .}}' > ${events} & ` +
        `while ! grep -q reload ${events}; do sleep 0.05; done; kill $!`,
    ]);
    await until('the file of the events', () => (existsSync(events) ? true : undefined));
    berthd.write({
      labels: ['zone=b'],
      'registry-mirrors': ['https://mirror.example'],
      'insecure-registries': ['192.0.2.0/24'],
      'default-shm-size': '2m',
      'metrics-addr': '127.0.0.1:9323',
    });
    const late = await berthd.reload('these keys change with the next start');
    expect(late).toMatchObject({ level: 40, keys: ['pidfile', 'metrics-addr'] });
    const info = JSON.parse((await berthd.docker(['info', '-f', '{{json .}}'])).stdout) as object;
    expect(info).toMatchObject({
      ...{ Labels: ['zone=b'], Debug: true },
      RegistryConfig: {
        Mirrors: ['https://mirror.example/'],
        InsecureRegistryCIDRs: expect.arrayContaining(['192.0.2.0/24']) as unknown,
      },
    });
    const created = await berthd.docker(['create', 'bb', 'true']);
    const id = created.stdout.trim();
    const shm = await berthd.docker(['inspect', '-f', '{{.HostConfig.ShmSize}}', id]);
    expect(shm.stdout.trim()).toBe(String(2 * 1024 * 1024));
    await berthd.docker(['rm', id]);
    await defaultCgroupns(berthd);
    // Events are told as they happen: the listener may have come after the first.
    await until('the event', async () => {
      await berthd.reload('the configuration was read again');
      return readFileSync(events, 'utf8').includes('reload') || undefined;
    });
    await listening;
    const [first = ''] = readFileSync(events, 'utf8').split('\n');
    expect(JSON.parse(first)).toMatchObject({
      ...{ Type: 'daemon', Action: 'reload' },
      Actor: { Attributes: { labels: '["zone=b"]', 'default-shm-size': '2097152' } },
    });
  });

  test('a file that cannot be used changes nothing, and the log says why', async () => {
    berthd.write({ labels: ['zone=c'], 'live-restore': false });
    const line = await berthd.reload('the configuration stays as it was');
    expect(line).toMatchObject({
      level: 50,
      problem: expect.stringMatching(
        /line \d+, column \d+: "live-restore": wanted true/,
      ) as unknown,
    });
    // What only those who use a value can tell has a place, too.
    berthd.write({ labels: ['zone=c'], 'log-opts': { 'max-file': '2', 'max-size': 'x' } });
    const unusable = await berthd.reload('the configuration stays as it was');
    const place = placeIn(readFileSync(berthd.configPath, 'utf8'), '"x"');
    expect(unusable['problem']).toBe(
      `"${berthd.configPath}" cannot be used: ${place}: "log-opts.max-size": invalid size: 'x'.`,
    );
    const { stdout } = await berthd.docker(['info', '-f', '{{json .Labels}}']);
    expect(stdout.trim()).toBe('["zone=b"]');
    berthd.write({ labels: ['zone=d'], debug: true });
    const twice = await berthd.reload('the configuration stays as it was');
    expect(twice['problem']).toMatch(
      /specified both as a flag and in the configuration file: debug/,
    );
  });
});

/** Nothing says: with cgroup v1 containers share the host's cgroup namespace, with v2 they have one of their own. */
async function defaultCgroupns(berthd: ConfiguredBerthd): Promise<void> {
  const { stdout } = await berthd.docker(['info', '-f', '{{.CgroupVersion}} {{.SecurityOptions}}']);
  const isV1 = stdout.startsWith('1');
  expect(stdout.includes('name=cgroupns')).toBe(!isV1);
  const shown = '{{.HostConfig.CgroupnsMode}}';
  const modeOf = async (...options: readonly string[]): Promise<string> => {
    const id = (await berthd.docker(['create', ...options, 'bb', 'true'])).stdout.trim();
    const mode = await berthd.docker(['inspect', '-f', shown, id]);
    await berthd.docker(['rm', id]);
    return mode.stdout.trim();
  };
  expect(await modeOf()).toBe(isV1 ? 'host' : 'private');
  expect(await modeOf('--privileged')).toBe(isV1 ? 'host' : 'private');
  expect(await modeOf('--cgroupns', 'private')).toBe('private');
  const readLink = ['sh', '-c', 'readlink /proc/self/ns/cgroup'];
  const run = async (...options: readonly string[]): Promise<string> =>
    (await berthd.docker(['run', '--rm', ...options, 'bb', ...readLink])).stdout.trim();
  const own = readlinkSync('/proc/self/ns/cgroup');
  expect((await run()) === own).toBe(isV1);
  expect(await run('--cgroupns', 'host')).toBe(own);
  expect(await run('--cgroupns', 'private')).not.toBe(own);
}

/** Where a text first is in another one, as editors count. */
function placeIn(whole: string, part: string): string {
  const before = whole.slice(0, whole.indexOf(part)).split('\n');
  return `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
}

describe('berthd --validate says where a value is that cannot be used', () => {
  const berthd = new ConfiguredBerthd();
  afterAll(() => berthd.stop());

  test.each([
    [{ 'log-driver': 'nosuch' }, 'log-driver', 'error looking up logging plugin nosuch'],
    [{ 'log-opts': { 'max-sizes': '1m' } }, 'log-opts.max-sizes', "unknown log opt 'max-sizes'"],
    [
      { 'log-driver': 'local', 'log-opts': { compress: 'maybe' } },
      'log-opts.compress',
      'error reading compress log option: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [{ 'seccomp-profile': '/nowhere' }, 'seccomp-profile', 'there is no file "/nowhere"'],
    [
      { 'default-ulimits': { nosuch: { Name: 'nosuch', Soft: 1, Hard: 1 } } },
      'default-ulimits.nosuch',
      'nosuch',
    ],
  ])('%j', async (keys, key, why) => {
    const { status, stderr } = await berthd.validate(keys);
    expect(stderr).toMatch(/line \d+, column \d+: /);
    expect(stderr).toContain(`: "${key}": `);
    expect(stderr).toContain(why);
    expect(status).not.toBe(0);
  });
});
