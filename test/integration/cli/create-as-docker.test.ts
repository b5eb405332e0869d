import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { json as readJson } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create } from '../../../runtime/cli/verbs/create.ts';
import { json, runVerb, scriptedApi } from '../../unit/cli/scripted-api.ts';
import type { ScriptedApi } from '../../unit/cli/scripted-api.ts';
import { removeTree } from '../../support/remove-tree.ts';

let api: ScriptedApi;
let folder: string;
let last: unknown;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'berth-create-'));
  writeFileSync(join(folder, 'env'), '# a comment\nA=1\nB=x y\n');
  writeFileSync(join(folder, 'labels'), 'one=1\ntwo\n');
  writeFileSync(join(folder, 'seccomp.json'), '{ "defaultAction": "SCMP_ACT_ALLOW" }\n');
  const answer = (
    response: Parameters<ReturnType<typeof json>>[0],
    request: NodeJS.ReadableStream,
  ): void => {
    void readJson(request).then((body) => {
      last = body;
      json(201, { Id: 'f'.repeat(64), Warnings: [] })(response);
    });
  };
  api = await scriptedApi({ 'POST /containers/create': { answer } }, '1.51');
});
afterAll(async () => {
  await api.close();
  removeTree(folder);
});

/** What says something: Docker's client sends all its fields. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(said);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, field]) => [key, said(field)] as const)
    .filter(([, field]) => !isEmpty(field));
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return [undefined, null, '', 0, false].some((nothing) => nothing === value);
  // Keys of sets have empty objects for values; only here do they say nothing.
  return Object.keys(value).length === 0;
}

/** Both bodies in one form. */
function normal(body: unknown): unknown {
  const { ExposedPorts, Volumes, HostConfig, NetworkingConfig, ...config } = body as Readonly<
    Record<string, Readonly<Record<string, unknown>> | undefined>
  >;
  const { MaskedPaths, ReadonlyPaths, Tmpfs, Binds, ...host } = HostConfig ?? {};
  return {
    config: said(config),
    ports: Object.keys(ExposedPorts ?? {}).sort(),
    volumes: Object.keys(Volumes ?? {}).sort(),
    // It says what the daemon would take anyhow.
    host: said({
      ...host,
      // That of the console, which is none here.
      ConsoleSize: null,
      MemorySwappiness: host['MemorySwappiness'] === -1 ? null : host['MemorySwappiness'],
      RestartPolicy:
        (host['RestartPolicy'] as { Name?: string } | undefined)?.Name === 'no'
          ? null
          : host['RestartPolicy'],
    }),
    tmpfs: Tmpfs ?? {},
    // docker has them in a map, whose order is another each time.
    binds: ((Binds ?? []) as readonly string[]).toSorted(),
    open: [MaskedPaths ?? null, ReadonlyPaths ?? null],
    endpoints: said(NetworkingConfig?.['EndpointsConfig'] ?? {}),
  };
}

async function bodyOfDocker(line: readonly string[]): Promise<unknown> {
  const env = { ...process.env, DOCKER_HOST: `unix://${api.socketPath}`, HOME: folder };
  await promisify(execFile)('docker', ['create', ...line], { env, cwd: folder });
  return last;
}

async function bodyOfBerth(line: readonly string[]): Promise<unknown> {
  expect(await runVerb(create, api.socketPath, line).exitCode).toBe(0);
  return last;
}

test.each([
  ['nothing', []],
  [
    'networks',
    '--network name=one,alias=a,alias=b,ip=172.30.0.5,ip6=fd00::5,mac-address=02:42:ac:11:00:05,gw-priority=7,driver-opt=k=v --network two',
  ],
  [
    'one network, with a link',
    '--network mine --link web:w --network-alias x --link-local-ip 169.254.1.1',
  ],
  ['the default network, with a link', '--link web:w'],
  [
    'ports',
    '-p 80 -p 8080:81/UDP -p 127.0.0.1:9000-9002:90-92 -p 9100-9105:93 -p [::1]:8443:443 -p ::1:8444:444 -p 127.0.0.1::95/sctp -p target=96,published=9600,protocol=udp -p 97-98 -P --expose 100-101',
  ],
  [
    'limits',
    '-m 64m --memory-swap -1 --memory-reservation 32m --memory-swappiness 10 --cpus 1.5 -c 512 --cpuset-cpus 0-1 --cpuset-mems 0 --pids-limit 7 --shm-size 1g --oom-score-adj 5 --oom-kill-disable --ulimit nofile=5:6',
  ],
  [
    'periods',
    '--cpu-period 10000 --cpu-quota 5000 --cpu-rt-period 9 --cpu-rt-runtime 8 --cgroup-parent /a --cgroupns host',
  ],
  [
    'devices',
    '--blkio-weight 300 --blkio-weight-device /dev/sda:200 --device-read-bps /dev/sda:1mb --device-read-iops /dev/sda:100 --device-write-bps /dev/sda:2k --device-write-iops /dev/sda:7',
  ],
  [
    'more devices',
    '--device /dev/null --device /dev/null:/dev/n --device /dev/null:rw --device /dev/zero:/dev/z:r --gpus all',
  ],
  ['one processor', ['--gpus', '"device=0,1",capabilities=compute']],
  ['device rules', ['--device-cgroup-rule', 'c 10:200 rwm']],
  [
    'namespaces',
    '--ipc host --pid host --userns host --uts host --group-add 5 --group-add wheel --runtime x --isolation default',
  ],
  [
    'names',
    '-h box --domainname d --name n -u 1:2 -w /w --entrypoint /init --stop-signal INT --stop-timeout 9 --init --read-only --privileged',
  ],
  [
    'labels',
    '-l a=b --label c --label-file labels --annotation x=y -e C=3 --env-file env --sysctl net.a=1 --storage-opt size=1G',
  ],
  [
    'network',
    '--network none --add-host a:1.2.3.4 --add-host b=::1 --dns 9.9.9.9 --dns-search x.y --dns-option ndots:2 --link a:b',
  ],
  [
    'addresses',
    '--network net --ip 10.0.0.2 --ip6 fd00::2 --network-alias a --network-alias b --mac-address 02:00:00:00:00:01 --link-local-ip 169.254.1.1',
  ],
  ['ports', '-p 80 -p 127.0.0.1:81:82/udp --expose 90-92 --expose 53/udp -P'],
  [
    'health',
    '--health-cmd x --health-interval 1m30s --health-timeout 5s --health-start-period 1s --health-start-interval 500ms --health-retries 2',
  ],
  ['no health', '--no-healthcheck'],
  [
    'files',
    '-v /a:/b:ro -v name:/c -v /d --tmpfs /run:size=1m --tmpfs /t --volume-driver local --volumes-from x:ro',
  ],
  [
    'a bind',
    '--mount type=bind,source=/a,target=/b,readonly,bind-propagation=rslave,bind-recursive=writable',
  ],
  [
    'a volume',
    '--mount type=volume,source=v,target=/b,volume-nocopy,volume-label=a=b,volume-driver=local,volume-opt=type=tmpfs,volume-opt=o=x,volume-subpath=s',
  ],
  ['a quoted volume', ['--mount', 'type=volume,source=v,target=/b,"volume-opt=o=size=1m,uid=5"']],
  ['a tmpfs', '--mount type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=1770'],
  ['an image', '--mount type=image,source=i,target=/i,image-subpath=etc'],
  [
    'security',
    '--security-opt no-new-privileges --security-opt seccomp=seccomp.json --security-opt systempaths=unconfined --cap-add ALL --cap-drop CAP_NET_RAW',
  ],
  ['logs', '--log-driver json-file --log-opt max-size=1m --log-opt tag=x --restart on-failure:3'],
  ['streams', '-i -t -a stdout -a stdin'],
])('berth and docker ask for the same: %s', async (_, flags) => {
  const words = typeof flags === 'string' ? flags.split(' ') : flags;
  const here = ['env', 'labels'].reduce<readonly string[]>(
    (line, name) => line.map((word) => (word === name ? join(folder, name) : word)),
    words,
  );
  const line = here.map((word) => word.replace('=seccomp.json', `=${folder}/seccomp.json`));
  const wanted = normal(await bodyOfDocker([...line, 'image', 'a', '-b']));
  expect(normal(await bodyOfBerth([...line, 'image', 'a', '-b']))).toEqual(wanted);
});
