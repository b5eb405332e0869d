import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import reportSchema from '../../../docs/schema/report.json' with { type: 'json' };
import type { ReportDocument } from '../../../scripts/report/document/report-schema.ts';
import { busyboxArchive, busyboxImage } from '../cli/busybox-archive.ts';
import { makePrivateHost, type PrivateHost } from './support/private-host.ts';
import { readReport, type ArchivedFile } from './support/read-report.ts';
import { until } from './support/until.ts';

const validate = new Ajv2020({ allowUnionTypes: true, formats: { 'date-time': true } }).compile(
  reportSchema,
);
const main = new URL('../../../scripts/main.ts', import.meta.url).pathname;

let host: PrivateHost;
beforeAll(async () => {
  host = await makePrivateHost();
});
afterAll(async () => {
  await host.berth('down', '--purge', '--yes');
  await host.remove();
});

async function put(path: string, content: string): Promise<void> {
  await mkdir(dirname(host.path(path)), { recursive: true });
  await writeFile(host.path(path), content, { mode: 0o600 });
}

function documentOf(text: string): ReportDocument {
  const document: unknown = JSON.parse(text);
  expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
  return document as ReportDocument;
}

const stateOf = (document: ReportDocument): string =>
  String(document.collectors.find(({ id }) => id === 'engine')?.facts['state']);

/** A socket at the engine's path with something behind it that does as `script` says. */
async function listen(script: string): Promise<{ stop(): Promise<void> }> {
  await mkdir(host.path('/run/berth'), { recursive: true });
  const server = host.start([
    process.execPath,
    '-e',
    `require('node:net').createServer(${script}).listen('/run/berth/berth.sock', () => console.log('ready'))`,
  ]);
  await server.printed('ready');
  return {
    stop: async () => {
      server.process.kill('SIGTERM');
      await server.ended;
      await host.start(['rm', '-rf', '/run/berth']).ended;
    },
  };
}

describe('without an engine', () => {
  test('there is a report all the same, and it says what to do', async () => {
    const ended = await host.berth('report', '--json');
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    const document = documentOf(ended.stdout);
    expect(stateOf(document)).toBe('missing');
    expect(document.findings).toContainEqual(
      expect.objectContaining({ id: 'engine.answers', status: 'fail', collector: 'engine' }),
    );
    expect(document.collectors.map(({ id }) => id)).toContain('network');
  });

  test('one that takes the connection and never answers is told as such, in time', async () => {
    const server = await listen('() => undefined');
    try {
      const document = documentOf((await host.berth('report', '--json')).stdout);
      expect(stateOf(document)).toBe('hangs');
      expect(document.durationMs).toBeLessThan(60_000);
    } finally {
      await server.stop();
    }
  });

  test('one that speaks something else is told as such', async () => {
    const server = await listen("(socket) => socket.end('hello')");
    try {
      const document = documentOf((await host.berth('report', '--json')).stdout);
      expect(stateOf(document)).toBe('invalid');
    } finally {
      await server.stop();
    }
  });

  test('someone who is not root gets less, and reads so', async () => {
    await host.start(['mkdir', '-m', '777', '/run/anyone']).ended;
    const anyone = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] as const;
    const ended = await host.start([
      ...anyone,
      process.execPath,
      main,
      'report',
      '-o',
      '/run/anyone/r.tar.gz',
    ]).ended;
    expect(ended).toMatchObject({ exitCode: 0 });
    expect(ended.stdout).toContain('not run as root');
    const files = await readReport(await readFile(host.path('/run/anyone/r.tar.gz')));
    const document = documentOf(files[1]?.text ?? '');
    expect(document.host.userId).toBe(65534);
    expect(document.collectors.some(({ status }) => status === 'partial')).toBe(true);
    expect(files[0]?.text).toContain('Made by a user other than root');
  });

  test('on a full disk there is a clear error, and nothing is left', async () => {
    await host.start(['mkdir', '/run/small']).ended;
    await host.start(['mount', '-t', 'tmpfs', '-o', 'size=16k', 'small', '/run/small']).ended;
    const ended = await host.berth('report', '--output', '/run/small/r.tar.gz');
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(/berth: OUTPUT_NOT_WRITTEN: .*ENOSPC/);
    expect(await readdir(host.path('/run/small'))).toEqual([]);
    await host.start(['umount', '/run/small']).ended;
  });

  test('contradictions are refused before anything is gathered', async () => {
    expect(await host.berth('report', '--json', '-o', '-')).toMatchObject({ exitCode: 2 });
    expect(await host.berth('report', '--since', 'yesterday')).toMatchObject({ exitCode: 2 });
  });

  test('it speaks Chinese', async () => {
    const ended = await host.berth('report', '--json', '--lang', 'zh');
    const document = documentOf(ended.stdout);
    expect(document.language).toBe('zh');
    expect(document.collectors[0]?.title).toBe('系统');
  });
});

describe('with containers, and secrets everywhere', () => {
  /** One of its own for each place, so that a leak tells where it came from. Digits make each look like a secret. */
  const canaries = {
    environment: 'c4nary-env-7f3a',
    label: 'c4nary-label-91bc',
    commandLine: 'c4nary-option-22ed',
    url: 'c4nary-url-5d10',
    dockerConfig: 'c4nary-config-88aa',
    gitCredentials: 'c4nary-git-4410',
    daemonProxy: 'c4nary-proxy-0c77',
    hostProcess: 'c4nary-process-6b21',
    own: 'c4nary-own-e19f',
  };
  const named = Object.values(canaries);
  const shapes = [
    'ghp_c4naryc4naryc4naryc4naryc4nary12',
    'AKIAC4NARYC4NARYC4NA',
    'glpat-c4naryc4naryc4nary',
  ];

  let files: readonly ArchivedFile[];
  let archive: Buffer;
  let document: ReportDocument;

  beforeAll(async () => {
    const auth = Buffer.from(`bob:${canaries.dockerConfig}`).toString('base64');
    await put('/run/home/.docker/config.json', JSON.stringify({ auths: { r: { auth } } }));
    await put('/run/home/.git-credentials', `https://bob:${canaries.gitCredentials}@git.example\n`);
    const proxies = { 'http-proxy': `http://bob:${canaries.daemonProxy}@proxy.example:3128` };
    await put('/etc/docker/daemon.json', JSON.stringify({ proxies }));
    const skips = ['sysctl.forward', 'smoke.embedded', 'smoke.registry'].flatMap((id) => [
      '--skip',
      `${id}=not a test of it`,
    ]);
    const up = await host.berth('up', '--no-smoke-test', ...skips);
    expect(up).toMatchObject({ exitCode: 0 });
    await writeFile(host.path('/run/busybox.tar'), await busyboxArchive());
    expect(await host.berth('load', '-i', '/run/busybox.tar')).toMatchObject({ exitCode: 0 });
    await run('talker', talk());
    await run(
      'noisy',
      'i=0; while [ $i -lt 20000 ]; do echo "line $i of a long log"; i=$((i+1)); done',
    );
    archive = await report();
    files = await readReport(archive);
    document = documentOf(files.find(({ path }) => path === 'report.json')?.text ?? '');
  }, 400_000);

  /** A container says its secrets in all the ways that programs do, and ordinary things between them. */
  function talk(): string {
    const said = [...named, ...shapes].flatMap((canary) => [
      `plain ${canary} text`,
      Buffer.from(canary).toString('base64'),
      Buffer.from(`x${canary}`).toString('base64'),
      Buffer.from(canary).toString('hex'),
      [...Buffer.from(canary)].map((each) => `%${each.toString(16)}`).join(''),
      `Authorization: Bearer ${canary}`,
    ]);
    const lines = ['an ordinary line of the log', '<script>alert(1)</script>', ...said];
    return `${lines.map((line) => `echo '${line}'`).join('; ')}; sleep 1000`;
  }

  async function run(name: string, script: string): Promise<void> {
    const options = [
      ...[
        '--env',
        `DB_PASSWORD=${canaries.environment}`,
        '--label',
        `example.token=${canaries.label}`,
      ],
      ...[
        '--env',
        `DATABASE_URL=postgres://bob:${canaries.url}@db/x`,
        '--env',
        'ORDINARY=value-of-it',
      ],
    ];
    const argv = ['sh', '-c', script, 'sh', '--api-key', canaries.commandLine];
    const ended = await host.berth('run', '-d', '--name', name, ...options, busyboxImage, ...argv);
    expect(ended).toMatchObject({ exitCode: 0 });
    await until(`the output of ${name}`, async () => {
      const { stdout } = await host.berth('logs', '--tail', '3', name);
      return stdout.includes('Bearer glpat') || stdout.includes('line 19999') ? stdout : undefined;
    });
  }

  async function report(): Promise<Buffer> {
    const idle = ['-e', 'setInterval(() => 0, 1e6)', '--', '--password', canaries.hostProcess];
    const other = host.start([process.execPath, ...idle]);
    try {
      const ended = await host.start([
        'env',
        'HOME=/run/home',
        `MY_SECRET=${canaries.own}`,
        process.execPath,
        main,
        'report',
        '-o',
        '/run/r.tar.gz',
      ]).ended;
      expect(ended).toMatchObject({ exitCode: 0 });
      expect(ended.stdout).toContain('The report is in "/run/r.tar.gz"');
      return await readFile(host.path('/run/r.tar.gz'));
    } finally {
      other.process.kill('SIGKILL');
      await other.ended;
    }
  }

  test('no canary is in any file, in any encoding', () => {
    const everything = files.map(({ path, text }) => `${path}\n${text}`).join('\n');
    for (const canary of [...named, ...shapes]) {
      const bytes = Buffer.from(canary);
      const forms = [
        canary,
        bytes.toString('base64').replace(/=+$/, '').slice(0, -1),
        bytes.toString('hex'),
        [...bytes].map((each) => `%${each.toString(16)}`).join(''),
        Buffer.from(`x${canary}`).toString('base64').slice(2, -4),
      ];
      for (const form of forms)
        expect(everything.includes(form), `${canary} as ${form}`).toBe(false);
    }
    expect(everything).not.toMatch(/c4nary/i);
  });

  test('ordinary text is', () => {
    const log =
      files.find(({ path }) => /^containers\/talker-.*\/log\.txt$/.test(path))?.text ?? '';
    expect(log).toContain('an ordinary line of the log');
    expect(log).toContain('plain [redacted:');
    const inspect =
      files.find(({ path }) => /^containers\/talker-.*\/inspect\.json$/.test(path))?.text ?? '';
    expect(inspect).toContain('ORDINARY=value-of-it');
    expect(inspect).toContain(busyboxImage);
    expect(inspect).toContain('"DB_PASSWORD=[redacted:');
  });

  test('what was taken out is counted by rule', () => {
    expect(document.redactions.total).toBeGreaterThan(50);
    expect(document.redactions.byRule).toMatchObject({
      'secret-name': expect.any(Number) as number,
      token: expect.any(Number) as number,
      'known-secret': expect.any(Number) as number,
    });
  });

  test('all parts are there, findings first, files for their owner alone', () => {
    expect(files.slice(0, 2).map(({ path }) => path)).toEqual(['report.html', 'report.json']);
    expect(files.every(({ mode }) => mode === 0o600)).toBe(true);
    const gave = document.collectors.filter((each) => each.files.length > 0).map(({ id }) => id);
    for (const id of [
      'system',
      'checks',
      'engine',
      'engine-log',
      'containers',
      'journal',
      'mirrors',
      'network',
      'cgroups',
      'mounts',
      'disk',
    ]) {
      expect(gave).toContain(id);
    }
    const listed = document.collectors.flatMap((each) => each.files.map(({ path }) => path));
    expect(files.slice(2).map(({ path }) => path)).toEqual(listed);
    expect(document.collectors.find(({ id }) => id === 'engine')?.facts).toMatchObject({
      state: 'answers',
      // The check that runs hello-world may have its container just then.
      containers: expect.toBeOneOf([2, 3]) as unknown,
    });
  });

  test('the page shows what a container printed as text', () => {
    expect(files[0]?.text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(files[0]?.text).not.toContain('<script');
  });

  test('a long log is there with its end', () => {
    const [path, text] = Object.entries(
      Object.fromEntries(files.map((file) => [file.path, file.text])),
    ).find(([name]) => /^containers\/noisy-.*\/log\.txt$/.test(name)) ?? ['', ''];
    expect(text.length).toBeLessThan(140_000);
    expect(text).toContain('line 19999 of a long log');
    expect(path).not.toBe('');
  });

  test('--no-logs leaves them out, "-o -" writes to standard output', async () => {
    const ended = await host.start([
      ...['sh', '-c', '"$@" | base64', 'sh', process.execPath, main, 'report'],
      ...['--no-logs', '-o', '-'],
    ] as [string, ...string[]]).ended;
    expect(ended.stderr).toContain('Look through it before you pass it on.');
    const without = await readReport(Buffer.from(ended.stdout, 'base64'));
    expect(without.some(({ path }) => /log\.txt$|messages\.txt$|\.log$/.test(path))).toBe(false);
    expect(without.some(({ path }) => path.endsWith('/inspect.json'))).toBe(true);
  });

  test('when the daemon is down, containers and their logs come from the disk', async () => {
    expect(await host.berth('daemon', 'stop')).toMatchObject({ exitCode: 0 });
    expect(await host.berth('report', '-o', '/run/down.tar.gz')).toMatchObject({ exitCode: 0 });
    const down = await readReport(await readFile(host.path('/run/down.tar.gz')));
    const logs = down.filter(({ path }) => /^containers\/.*\/log\.txt$/.test(path));
    expect(logs.some(({ text }) => text.includes('an ordinary line of the log'))).toBe(true);
    expect(logs.some(({ text }) => text.includes('line 19999 of a long log'))).toBe(true);
    const everything = down.map(({ path, text }) => `${path}\n${text}`).join('\n');
    for (const canary of [
      canaries.environment,
      canaries.label,
      canaries.url,
      canaries.commandLine,
    ]) {
      expect(everything.includes(canary), canary).toBe(false);
    }
  });
});
