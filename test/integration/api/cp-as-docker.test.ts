import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { cp } from '../../../runtime/cli/verbs/cp.ts';
import type { VerbRun } from '../../unit/cli/scripted-api.ts';
import { runVerb } from '../../unit/cli/scripted-api.ts';
import { readTar } from '../../../runtime/tar/tar-reader.ts';
import { archiveEnd, encodeHeader } from '../../../runtime/tar/write-header.ts';
import { busyboxArchive } from './busybox-image.ts';
import { askBytes } from './raw-http.ts';
import { TestDaemon } from './test-daemon.ts';
import { removeTree } from '../../support/remove-tree.ts';

let daemon: TestDaemon;
let work: string;

/** What is copied, made at the place itself. */
const sources = `mkdir -p s/d/sub s/other; cd s
echo file >f; chmod 640 f; echo a >d/a; echo c >d/sub/c; chmod 750 d/sub; ln -s sub/c d/link
ln -s d ld; ln -s f lf; ln -s nowhere broken; echo odd >"new
line"; cd ..`;
/** What is there before, at each place that is copied to. */
const places = `mkdir -p dir/d dir/taken/a; echo old >dir/f; echo old >file; echo old >dir/d/old; echo old >dir/ld
ln -s dir ldir; ln -s file lfile; ln -s made lnone; ln -s no/made lbroken; mkfifo pipe`;

const whats: readonly (readonly string[])[] = [
  ['f'],
  ['f/'],
  ['d'],
  ['d/'],
  ['d/.'],
  ['d/../f'],
  ['ld'],
  ['ld/'],
  ['ld/.'],
  ['lf'],
  ['-L', 'ld'],
  ['-L', 'ld/.'],
  ['-L', 'lf'],
  ['broken'],
  ['-L', 'broken'],
  ['missing'],
  ['new\nline'],
];
const wheres = [
  'dir',
  'dir/',
  'dir/.',
  'file',
  'file/',
  'ldir',
  'ldir/',
  'lfile',
  'lnone',
  'lbroken',
  'new',
  'new/',
  'new/.',
  'none/new',
  'pipe',
];
/** Every kind of source to every kind of place is hundreds of copies: the test takes each kind of both a few times. */
const all = process.env['BERTH_CP_ALL'] !== undefined;
const cases = whats
  .flatMap((what, row) => wheres.map((where, column) => ({ what, where, row, column })))
  // Docker refuses that one: it takes the link for no folder.
  .filter(({ what, where }) => !(what.at(-1)?.endsWith('/.') === true && where === 'ldir/'))
  .filter(({ row, column }) => all || (row * 4 + column) % 11 === 0)
  .map(({ what, where }, number) => ({ what, where, number }));

const script = (folders: readonly string[], each: string): string =>
  folders.map((folder) => `mkdir -p '${folder}'; cd '${folder}'\n${each}`).join('\n');

interface Copied {
  readonly exitCode: number;
  readonly output: string;
}

const byDocker = async (args: readonly string[]): Promise<Copied> => {
  const { exitCode, stdout, stderr } = await daemon.docker(['cp', ...args]);
  return { exitCode, output: stdout + stderr };
};

const byBerth = async (args: readonly string[]): Promise<Copied> => {
  const { exitCode, console } = runVerb(cp, daemon.socket, args);
  const code = await exitCode.catch((error: unknown) => {
    const code = isBerthError(error) ? error.code : String(error);
    expect(code).toMatch(/^COPY_|^CONTAINER_PATH|^ARCHIVE_/);
    return 1;
  });
  return { exitCode: code, output: console.text().output + console.text().errors };
};

const tools = { docker: byDocker, berth: byBerth };

beforeAll(async () => {
  daemon = await TestDaemon.start();
  work = mkdtempSync(join(tmpdir(), 'berth-cp-as-'));
  for (const args of [
    ['load', '-i', busyboxArchive(daemon.root)],
    ['run', '-d', '--name', 'up', '--network', 'none', 'bb', 'sleep', '1000'],
  ]) {
    expect(await daemon.docker(args)).toMatchObject({ exitCode: 0 });
  }
  execFileSync('sh', ['-c', sources], { cwd: work });
});
afterAll(async () => {
  removeTree(work);
  await daemon.destroy();
  expect(daemon.problems).toEqual([]);
});

/** Runs a script in the container. */
async function inside(text: string): Promise<string> {
  const { exitCode, stdout, stderr } = await daemon.docker(
    ['exec', '-i', 'up', '/bin/busybox', 'sh', '-c', 'busybox --install -s /bin; exec sh'],
    { input: text },
  );
  expect(exitCode, stderr).toBe(0);
  return stdout;
}

test('what is copied from a container is what docker copies, and where', async () => {
  const folders = cases.flatMap(({ number }) =>
    Object.keys(tools).map((tool) => join(work, tool, String(number))),
  );
  execFileSync('sh', { input: script(folders, places) });
  await inside(`mkdir -p /from; cd /from; ${sources}`);
  for (const [tool, copy] of Object.entries(tools)) {
    const codes: string[] = [];
    for (const { what, where, number } of cases) {
      const name = `up:/from/s/${what.at(-1) ?? ''}`;
      const to = `${join(work, tool, String(number))}/${where}`;
      const { exitCode, output } = await copy([...what.slice(0, -1), name, to]);
      codes.push(`${what.join(' ')} to ${where}: ${exitCode}`);
      if (exitCode === 0) expect(output.trim()).toBe('');
    }
    writeFileSync(join(work, tool, 'codes'), codes.join('\n'));
  }
  expect(listed('berth')).toEqual(listed('docker'));
});

test('what is copied to a container is what docker copies, and where', async () => {
  const folders = cases.flatMap(({ number }) =>
    Object.keys(tools).map((tool) => `/to/${tool}/${number}`),
  );
  await inside(script(folders, places));
  const codes: Record<string, string[]> = { docker: [], berth: [] };
  for (const [tool, copy] of Object.entries(tools)) {
    for (const { what, where, number } of cases) {
      const name = `${work}/s/${what.at(-1) ?? ''}`;
      const { exitCode } = await copy([
        ...what.slice(0, -1),
        name,
        `up:/to/${tool}/${number}/${where}`,
      ]);
      codes[tool]?.push(`${what.join(' ')} to ${where}: ${exitCode}`);
    }
  }
  const list = async (tool: string): Promise<string[]> =>
    (
      await inside(`cd /to/${tool}
find . | sort | while IFS= read -r name; do stat -c '%N %F %a %u %g' "$name"; done
find . -type f | sort | while IFS= read -r name; do echo "$name: $(cat "$name")"; done`)
    ).split('\n');
  expect(codes['berth']).toEqual(codes['docker']);
  expect(await list('berth')).toEqual(await list('docker'));
});

/** All that is below a folder, and what is in files. */
function listed(tool: string): string[] {
  const folder = join(work, tool);
  const lines = execFileSync('find', ['.', '-printf', '%p %y %m %U %G %l\\n'], { cwd: folder });
  const contents = execFileSync('grep', ['-r', '', '.'], { cwd: folder });
  return [...lines.toString().split('\n').sort(), ...contents.toString().split('\n').sort()];
}

test('files of all kinds, byte by byte, and tars through standard streams', async () => {
  const tree = join(work, 'tree');
  mkdirSync(join(tree, 'deep'), { recursive: true });
  writeFileSync(join(tree, 'deep/tool'), '#!/bin/sh\n', { mode: 0o755 });
  execFileSync(
    'sh',
    [
      '-c',
      `ln deep/tool same; mkfifo pipe; mknod device c 1 3; chmod 4755 deep/tool; chmod 555 deep
      head -c 700000 /dev/urandom >large; printf x >"$(printf 'not-utf8-\\377')"
      ln -s /etc/passwd absolute; touch -d 2001-02-03T04:05:06 large deep; chown 1000:2000 large`,
    ],
    { cwd: tree },
  );
  expect((await byBerth([tree, 'up:/tree'])).exitCode).toBe(0);
  expect(await inside('stat -c %a:%u:%g:%Y /tree/large /tree/deep')).toBe(
    '644:1000:2000:981173106\n555:0:0:981173106\n',
  );
  expect((await byBerth(['up:/tree', join(work, 'back')])).exitCode).toBe(0);
  const list = (folder: string): string[] =>
    execFileSync('find', ['.', '-printf', '%p %y %m %n %Ts %l\\n'], { cwd: folder })
      .toString('latin1')
      .split('\n')
      .sort();
  expect(list(join(work, 'back'))).toEqual(list(tree));
  const [there, here] = ['tree', 'back'].map((name) => readFileSync(join(work, name, 'large')));
  expect(there !== undefined && here?.equals(there)).toBe(true);

  const out = runVerb(cp, daemon.socket, ['up:/tree/deep', '-']);
  expect(await out.exitCode).toBe(0);
  expect(out.console.text().output).toContain('deep/tool\0');
  const archive = execFileSync('tar', ['-C', tree, '-c', 'deep']);
  const send = (to: string): VerbRun => {
    const sent = runVerb(cp, daemon.socket, ['-a', '-', to]);
    sent.console.typed.end(archive);
    return sent;
  };
  expect(await send('up:/tmp').exitCode).toBe(0);
  expect(await inside('cat /tmp/deep/tool')).toBe('#!/bin/sh\n');
  await expect(send('up:/tree/large').exitCode).rejects.toMatchObject({ code: 'COPY_INVALID' });
});

test("a program's capabilities go with it, both ways", async () => {
  // CAP_NET_RAW, permitted and effective (include/uapi/linux/capability.h, struct vfs_cap_data).
  const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
  const common = { type: 'file', mode: 0o755, uid: 0, gid: 0 } as const;
  const mtime = { seconds: 1, nanoseconds: 0 };
  const xattrs = new Map([['security.capability', capability]]);
  const header = encodeHeader({ ...common, name: 'capable', mtime, xattrs });
  const input = Buffer.concat([header, archiveEnd]).toString('latin1');
  expect(await daemon.docker(['cp', '-', 'up:/'], { input })).toMatchObject({ exitCode: 0 });
  for (const [name, copy] of Object.entries(tools)) {
    mkdirSync(join(work, `capable-${name}`));
    await copy(['-q', 'up:/capable', join(work, `capable-${name}`)]);
    await copy(['-q', join(work, `capable-${name}`), 'up:/']);
    const path = `/containers/up/archive?path=%2Fcapable-${name}`;
    const { bytes } = await askBytes(daemon.socket, { path });
    const entries = await Array.fromAsync(
      readTar(Readable.from([bytes])),
      ({ name: file, xattrs: found }) => [file, [...found]],
    );
    expect(entries).toEqual([
      [`capable-${name}/`, []],
      [`capable-${name}/capable`, [['security.capability', capability]]],
    ]);
  }
});
