import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import { OciMachine, type Said } from './oci-machine.ts';
import { removeTree } from '../../support/remove-tree.ts';

let machine: OciMachine;
beforeAll(() => {
  machine = new OciMachine();
});
afterAll(() => {
  machine.dispose();
});

/** As engines read it: the last error of a JSON log. */
interface LoggedError {
  readonly level: string;
  readonly msg: string;
  readonly code: string;
  readonly remedy: string;
}

function failing(...args: readonly string[]): LoggedError & Pick<Said, 'status' | 'stderr'> {
  const log = join(machine.folder, 'log.json');
  rmSync(log, { force: true });
  const { status, stderr } = machine.run('--log', log, '--log-format', 'json', ...args);
  const lines = readFileSync(log, 'utf8').trim().split('\n');
  return { ...(JSON.parse(lines.at(-1) ?? '') as LoggedError), status, stderr };
}

/** Writes a config with one field at another value. */
function withField(path: string, value: unknown): void {
  machine.config(['true']);
  const file = join(machine.bundle, 'config.json');
  const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = json;
  for (const name of names) at = at[name] as Record<string, unknown>;
  at[last] = value;
  writeFileSync(file, JSON.stringify(json));
}

describe('a config with a wrong field', () => {
  test.each([
    ['ociVersion', '0.9'],
    ['root.path', 5],
    ['root.path', 'nowhere'],
    ['root.path', 'config.json'],
    ['process.args', []],
    ['process.args', 'sh'],
    ['process.cwd', 'relative'],
    ['process.user.uid', -1],
    ['process.env', [1]],
    ['process.env', ['A=b', 'NAME']],
    ['process.env', ['=value']],
    ['process.rlimits', [{ type: 'RLIMIT_NOTHING', soft: 1, hard: 1 }]],
    ['process.oomScoreAdj', 5000],
    ['mounts', [{ destination: '' }]],
    ['linux.namespaces', [{ type: 'pid' }, { type: 'pid' }]],
    ['linux.namespaces', [{ type: 'nothing' }]],
    ['linux.maskedPaths', ['relative']],
    ['linux.resources', { memory: { limit: 'much' } }],
    ['linux.resources', { pids: { limit: 1.5 } }],
    ['linux.rootfsPropagation', 'sideways'],
    ['hooks', { poststop: [{ path: 'relative' }] }],
  ])('%s as %j is refused, and the field is named', (path, value) => {
    withField(path, value);
    const id = machine.id();
    const { status, msg, level, remedy, stderr } = failing('create', id);
    expect({ status, level }).toEqual({ status: 1, level: 'error' });
    expect(msg).toContain(`'${path}`);
    expect(msg).toMatch(/wanted .* \((?:SPEC_INVALID|OCI_BUNDLE_INVALID)\)$/);
    expect(remedy).not.toBe('');
    expect(stderr).toContain(msg);
    machine.gone(id);
  });

  it.each(['{"ociVersion": "1.2.1"', '', 'null', '[]'])('%j is refused', (text) => {
    writeFileSync(join(machine.bundle, 'config.json'), text);
    expect(failing('create', machine.id())).toMatchObject({ status: 1, code: 'SPEC_INVALID' });
  });
});

describe('a bundle', () => {
  it('without a config is refused', () => {
    const empty = join(machine.folder, 'empty');
    mkdirSync(empty);
    const id = machine.id();
    const failed = failing('create', '--bundle', empty, id);
    expect(failed).toMatchObject({ status: 1, code: 'OCI_BUNDLE_INVALID' });
    expect(failed.msg).toContain('JSON specification file config.json not found');
    machine.gone(id);
  });

  it('that is not there is refused', () => {
    const failed = failing('run', '-b', '/nonexistent', machine.id());
    expect(failed.status).toBe(1);
    expect(failed.msg).toContain('no such file or directory');
  });
});

describe('what engines do at the wrong time', () => {
  it('is refused with the words that they look for', async () => {
    machine.config(['sleep', '1000']);
    const id = machine.id();
    machine.create(id);
    const again = failing('create', id);
    expect(again).toMatchObject({ status: 1, code: 'OCI_CONTAINER_EXISTS' });
    expect(again.msg).toContain('container with given ID already exists');
    expect(failing('resume', id).msg).toContain('container not paused');
    machine.ok('start', id);
    const started = failing('start', id);
    expect(started).toMatchObject({ status: 1, code: 'OCI_CONTAINER_STATUS' });
    expect(started.msg).toContain('cannot start an already running container');
    const deleted = failing('delete', id);
    expect(deleted).toMatchObject({ status: 1, code: 'OCI_CONTAINER_STATUS' });
    expect(deleted.msg).toContain(`cannot delete container ${id} that is not stopped`);
    expect(machine.state(id)).toMatchObject({ status: 'running' });
    machine.ok('kill', id, '9');
    await machine.reaches(id, 'stopped');
    expect(failing('start', id).msg).toContain('cannot start a container that has stopped');
    expect(failing('kill', id).msg).toContain('container not running');
    expect(failing('pause', id).msg).toContain('container not running');
    expect(failing('update', '--pids-limit', '5', id).msg).toContain('container not running');
    expect(failing('events', '--stats', id).msg).toContain('is not running');
    machine.ok('delete', id);
    machine.gone(id);
  });

  it.each(['state', 'start', 'kill', 'delete', 'pause', 'resume', 'ps', 'events', 'update'])(
    '%s of a container that is not there is an error',
    (command) => {
      const failed = failing(command, 'nobody');
      expect(failed).toMatchObject({ status: 1, code: 'OCI_CONTAINER_MISSING' });
      expect(failed.msg).toContain('container does not exist');
    },
  );

  it('delete by force of a container that is not there is none', () => {
    machine.ok('delete', '--force', 'nobody');
  });

  it('kill with an empty signal sends SIGTERM, as with runc', async () => {
    machine.config(['sh', '-c', 'trap "exit 7" TERM; while :; do sleep 0.01; done']);
    const id = machine.id();
    machine.create(id);
    machine.ok('start', id);
    machine.ok('kill', id, '');
    await machine.reaches(id, 'stopped');
    machine.ok('delete', id);
  });

  it('a file of "update" or of "exec" that is no JSON is named', () => {
    machine.config(['sleep', '1000']);
    const id = machine.id();
    machine.create(id);
    const file = join(machine.folder, 'cut.json');
    writeFileSync(file, '{"args": [');
    for (const [args, option] of [
      [['update', '--resources', file, id], '--resources'],
      [['exec', '--process', file, id], '--process'],
    ] as const)
      expect(failing(...args)).toMatchObject({
        code: 'SPEC_INVALID',
        msg: expect.stringContaining(`the file "${file}" of ${option} is no JSON`) as string,
        remedy: `Correct the text of "${file}".`,
      });
    machine.ok('delete', id);
  });

  it('kill with a signal that there is not is refused', () => {
    machine.config(['sleep', '1000']);
    const id = machine.id();
    machine.create(id);
    for (const signal of ['NOPE', '65', '-1', 'RTMIN-1', '1x']) {
      const failed = failing('kill', id, '--', signal);
      expect(failed, signal).toMatchObject({ status: 1, code: 'SIGNAL_INVALID' });
      expect(failed.msg).toContain(`unknown signal "${signal}"`);
    }
    expect(machine.state(id)).toMatchObject({ status: 'created' });
    machine.ok('delete', id);
  });
});

// Two names of the host's root: without `realpath` in runtime/oci/bundle.ts the link failed with EBUSY, and no remedy.
it('a root that is a link is the folder that it leads to, the root of the host too', () => {
  for (const target of [machine.rootfs, '/']) {
    machine.config(['/bin/true']);
    const link = join(machine.bundle, 'link');
    symlinkSync(target, link);
    const file = join(machine.bundle, 'config.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(
      file,
      JSON.stringify({ ...config, mounts: [], root: { path: 'link', readonly: true } }),
    );
    expect(machine.run('run', machine.id()), target).toMatchObject({ status: 0, stderr: '' });
    rmSync(link);
  }
});

it('a relative destination of a mount is taken from the root, with a warning', () => {
  const mounts = [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: 'mnt/relative', type: 'tmpfs', source: 'tmpfs' },
  ];
  withField('mounts', mounts);
  const { status, stderr } = machine.run('run', machine.id());
  expect(status).toBe(0);
  expect(stderr).toContain('level=warning');
  expect(stderr).toContain('mount destination \\"mnt/relative\\" (\\"mounts[1].destination\\")');
  removeTree(join(machine.rootfs, 'mnt/relative'));
});

it.each(['create', 'run'])('a pid file that cannot be written ends %s', (command) => {
  machine.config(['sleep', '1000']);
  const id = machine.id();
  const failed = failing(command, '--pid-file', '/nonexistent/pid', id);
  expect(failed).toMatchObject({ status: 1, code: 'OCI_PID_FILE_UNWRITABLE' });
  expect(failed.msg).toContain('/nonexistent/pid');
  machine.gone(id);
});

it.each([
  ['nosuch', 'executable file not found in $PATH', 'EXEC_NOT_FOUND'],
  ['/nosuch', 'no such file or directory', 'EXEC_NOT_FOUND'],
  ['/bin', 'permission denied', 'EXEC_NOT_EXECUTABLE'],
])('the program %s is told of in the words of engines', (program, words, code) => {
  machine.config([program]);
  const id = machine.id();
  const failed = failing('run', id);
  expect(failed).toMatchObject({ status: 1, code });
  expect(failed.msg).toContain(words);
  machine.gone(id);
});

describe('a command line', () => {
  it.each([
    [['create']],
    [['create', 'a', 'b']],
    [['create', 'a/b']],
    [['create', '--nope', 'a']],
    [['create', '--preserve-fds', 'x', 'a']],
    [['create', '--preserve-fds', '40', 'a']],
    [['kill', 'a', 'TERM', 'b']],
    [['list', '--format', 'xml']],
    [['frobnicate']],
  ])('%j is refused', (args) => {
    machine.config(['true']);
    const { status, level, code } = failing(...args);
    expect({ status, level }).toEqual({ status: 1, level: 'error' });
    expect(['USAGE', 'OCI_ID_INVALID']).toContain(code);
  });

  it('with a log that cannot be written, or in a form that there is not, is refused', () => {
    const lost = machine.run('--log', '/nonexistent/log', 'list');
    expect(lost.status).toBe(1);
    expect(lost.stderr).toContain('no such file or directory');
    expect(machine.run('--log-format', 'xml', 'list')).toMatchObject({ status: 1 });
  });

  it('asks for a terminal without somebody to take it, and is refused', () => {
    machine.config(['true'], { process: { terminal: true } });
    expect(failing('create', machine.id()).msg).toContain('use --console-socket');
    machine.config(['true']);
    const useless = failing('create', '--console-socket', 'x', machine.id());
    expect(useless.msg).toContain('cannot use console socket');
  });

  it('shows help and version', () => {
    expect(machine.ok('--version')).toMatch(/^berth oci version \d+\.\d+\.\d+\n/);
    expect(machine.ok('--help')).toContain('COMMANDS:');
    for (const command of ['create', 'list', 'update']) {
      expect(machine.ok(command, '--help')).toContain(`USAGE:\n   berth oci ${command}`);
    }
  });
});

it('what systemd would have to do is refused, and nothing is made', () => {
  machine.config(['true']);
  const id = machine.id();
  const failed = failing('--systemd-cgroup', 'create', id);
  expect(failed).toMatchObject({ status: 1, code: 'OCI_SYSTEMD_UNAVAILABLE' });
  machine.gone(id);
});

it('what CRIU would have to do is refused, and the container goes on', () => {
  machine.config(['sleep', '1000']);
  const id = machine.id();
  machine.create(id);
  const failed = failing('--criu', '/nonexistent/criu', 'checkpoint', id);
  expect(failed).toMatchObject({ status: 1, code: 'CRIU_UNAVAILABLE' });
  expect(failed.msg).toContain('"/nonexistent/criu" cannot be run');
  expect(failing('--criu', 'false', 'checkpoint', id).msg).toContain('"false check" ended');
  const restored = failing('--criu', 'true', 'restore', '--image-path', 'none', 'other');
  expect(restored).toMatchObject({ status: 1, code: 'CRIU_FAILED' });
  machine.gone('other');
  const early = failing('--criu', 'true', 'checkpoint', id);
  expect(early.msg).toContain('Container cannot be checkpointed in created state');
  for (const option of ['--lazy-pages', '--status-fd=3'])
    expect(failing('checkpoint', option, id)).toMatchObject({ code: 'USAGE' });
  expect(machine.state(id)).toMatchObject({ status: 'created' });
  machine.ok('delete', id);
});

it('spec names a folder that is not there', () => {
  for (const folder of ['/nope', '/proc/version'])
    expect(failing('spec', '--bundle', folder)).toMatchObject({
      status: 1,
      code: 'OCI_BUNDLE_INVALID',
      msg: expect.stringContaining(`there is no folder "${folder}"`) as string,
      remedy: expect.stringContaining('--bundle') as string,
    });
});

describe('a file system of the states', () => {
  let small: string;
  beforeAll(() => {
    small = join(machine.folder, 'small');
    mkdirSync(small);
  });
  afterEach(() => {
    execFileSync('umount', [small]);
  });
  const onSmall = (...args: readonly string[]): Said =>
    machine.run('--root', join(small, 'root'), ...args);

  // Of a tmpfs a page for each file, and an inode: none for the state, one for it and none for the config; no folder.
  it.each(['size=4k', 'size=8k', 'size=12k', 'size=1m,nr_inodes=2', 'size=1m,nr_inodes=4'])(
    'with %s is full: the file is named, and nothing is left',
    (size) => {
      execFileSync('mount', ['-t', 'tmpfs', '-o', size, 'none', small]);
      const id = machine.id();
      machine.config(['sleep', '1000']);
      const { status, stderr } = onSmall('create', id);
      expect(status).toBe(1);
      expect(stderr).toContain('no space left on device');
      expect(stderr).toMatch(/OCI_FILE_FAILED|START_FAILED/);
      expect(stderr).toContain(join(small, 'root', id));
      expect(stderr).toContain('remedy=');
      expect(onSmall('delete', '--force', id)).toMatchObject({ status: 0 });
      expect(readdirSync(join(small, 'root'))).toEqual([]);
      machine.gone(id);
    },
  );

  it('that is read-only is named', () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', small]);
    machine.config(['true']);
    const { status, stderr } = onSmall('run', machine.id());
    expect(status).toBe(1);
    expect(stderr).toMatch(/EROFS.*OCI_FILE_FAILED.*remedy=".*--root/);
  });

  it('with the log on it and no room is no reason to fail', () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'none', small]);
    writeFileSync(join(small, 'log'), 'x'.repeat(4096));
    machine.config(['true'], { process: { capabilities: { bounding: ['CAP_NONE'] } } });
    const { status, stderr } = machine.run('--log', join(small, 'log'), 'run', machine.id());
    expect(status).toBe(0);
    expect(stderr).toContain('level=warning');
  });
});

it('spec writes no config over another', () => {
  const folder = join(machine.folder, 'new');
  mkdirSync(folder);
  machine.ok('spec', '--bundle', folder);
  const first = readFileSync(join(folder, 'config.json'), 'utf8');
  const failed = failing('spec', '--bundle', folder);
  expect(failed).toMatchObject({ status: 1, code: 'OCI_BUNDLE_INVALID' });
  expect(readFileSync(join(folder, 'config.json'), 'utf8')).toBe(first);
});
