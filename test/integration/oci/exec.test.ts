import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectCgroups } from '../../../runtime/cgroup/detect.ts';
import type { CgroupV1Layout } from '../../../runtime/cgroup/layout.ts';
import { OciMachine } from './oci-machine.ts';

let machine: OciMachine;
let id: string;
beforeAll(() => {
  machine = new OciMachine();
  id = machine.id();
  machine.config(['sleep', '1000'], { process: { env: ['PATH=/bin', 'OWN=own'] } });
  machine.detached(id);
});
afterAll(() => {
  machine.ok('delete', '--force', id);
  machine.gone(id);
  machine.dispose();
});

describe('exec', () => {
  it('gives the output and the status of the program', () => {
    const script = 'cat; echo $OWN; echo err >&2; exit 7';
    const said = machine.runWith('in\n', 'exec', id, 'sh', '-c', script);
    expect(said).toEqual({ status: 7, stdout: 'in\nown\n', stderr: 'err\n' });
  });

  it('takes what the options say', () => {
    const options = ['--user', '5:6', '-g', '7', '-e', 'A=b', '--env', 'C=d', '--cwd', '/bin'];
    const script = 'id; echo $A$C; pwd; cat /proc/self/cgroup';
    const lines = machine.ok('exec', ...options, id, 'sh', '-c', script).split('\n');
    expect(lines.slice(0, 3)).toEqual(['uid=5 gid=6 groups=7', 'bd', '/bin']);
    // The container's namespace of cgroups is the host's here, so its own shows.
    expect(lines.filter((line) => line.includes(':pids:')).join('')).toMatch(`/berth/${id}`);
  });

  it('is in the cgroups of the container, those of v2 on a hybrid host too, or below them', async () => {
    const places = (...options: readonly string[]): readonly string[] =>
      machine
        .ok('exec', ...options, id, 'cat', '/proc/self/cgroup')
        .trim()
        .split('\n');
    const { pid } = JSON.parse(machine.ok('state', id)) as { pid: number };
    const own = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
    expect(own.at(-1)).toBe(`0::/berth/${id}`);
    // systemd's has no controller, and a host without cgroup v1 has none.
    const named = own.find((line) => line.includes(':name=systemd:'));
    expect(named ?? `/berth/${id}`).toMatch(`/berth/${id}`);
    expect(places()).toEqual(own);
    expect(places('--cgroup', '/')).toEqual(own);

    mkdirSync(`/sys/fs/cgroup/pids/berth/${id}/below`);
    const below = own.map((line) => (line.includes(':pids:') ? `${line}/below` : line));
    expect(places('--cgroup', 'below')).toEqual(below);
    expect(places('--cgroup', 'pids:below', '--cgroup', 'memory:/')).toEqual(below);
    const { systemd } = await detectCgroups().then((found) => found as Partial<CgroupV1Layout>);
    if (systemd === undefined) return;
    mkdirSync(`${systemd}/berth/${id}/named`);
    expect(places('--cgroup', 'name=systemd:named')).toContainEqual(
      expect.stringMatching(`:name=systemd:/berth/${id}/named$`),
    );
  });

  it("sees them where they are mounted, systemd's too", async () => {
    const { systemd } = await detectCgroups().then((found) => found as Partial<CgroupV1Layout>);
    if (systemd === undefined) return;
    const seen = machine.ok('exec', id, 'sh', '-c', 'cd /sys/fs/cgroup; ls; cat */tasks');
    const lines = seen.trim().split('\n');
    const folders = lines.filter((line) => /[a-z]/.test(line));
    expect(folders).toContain('systemd');
    expect(folders).not.toContain('name=systemd');
    // The first process is in each of them, and sees no others.
    expect(lines.filter((line) => line === '1')).toHaveLength(folders.length);
  });

  it('has the last of two variables, and refuses what is none', () => {
    const env = ['-e', 'OWN=first', '-e', 'NEW=', '--env', 'OWN=last'];
    const lines = machine
      .ok('exec', ...env, id, 'env')
      .trim()
      .split('\n');
    expect(lines.toSorted()).toEqual(['HOME=/', 'NEW=', 'OWN=last', 'PATH=/bin']);
    const refused = machine.run('exec', '-e', 'A=b', '-e', 'NAME', id, 'true');
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain(`'process.env[3]' is missing \\"=\\"`);
  });

  it('takes a process from a file', () => {
    const file = join(machine.folder, 'process.json');
    const process = { args: ['id', '-u'], cwd: '/', user: { uid: 3, gid: 4 }, env: ['PATH=/bin'] };
    writeFileSync(file, JSON.stringify(process));
    expect(machine.ok('exec', '--process', file, id)).toBe('3\n');
  });

  it('goes on by itself when it is told to, with its number in a file', () => {
    const pidFile = join(machine.folder, 'pid');
    machine.ok('exec', '-d', '--pid-file', pidFile, id, 'sh', '-c', 'exec sleep 500 >&- 2>&-');
    const pids = JSON.parse(machine.ok('ps', '-f', 'json', id)) as number[];
    expect(pids).toContain(Number(readFileSync(pidFile, 'utf8')));
  });

  it('has its number in a file while it runs', () => {
    const script = 'until [ -s /exec.pid ]; do sleep 0.01; done; cat /exec.pid';
    const pidFile = join(machine.rootfs, 'exec.pid');
    const options = ['--pid-file', pidFile];
    expect(machine.ok('exec', ...options, id, 'timeout', '20', 'sh', '-c', script)).toMatch(
      /^\d+$/,
    );
    rmSync(pidFile);
  });

  it('has a terminal when it is told to', () => {
    expect(machine.run('exec', '-t', id, 'tty')).toMatchObject({
      status: 0,
      stdout: '/dev/pts/0\n',
    });
  });

  it('fails with 255 and the words of runc', () => {
    const failures: Readonly<Record<string, readonly string[]>> = {
      'executable file not found in $PATH': [id, 'nosuch'],
      'no such file or directory': [id, '/nosuch'],
      'permission denied': [id, '/bin'],
      'container does not exist': ['nobody', 'true'],
      'exec args cannot be empty': [id],
      'wanted <uid>[:<gid>]': ['--user', 'x', id, 'true'],
      '.. is not a sub cgroup path': ['--cgroup', '..', id, 'true'],
      '/else/cgroup.procs: no such file': ['--cgroup', 'pids:else', id, 'true'],
      '/nowhere/cgroup.procs: no such file': ['--cgroup', 'nowhere', id, 'true'],
      'unknown controller': ['--cgroup', 'nosuch:/', id, 'true'],
      'missing <controller>: prefix': ['--cgroup', 'a', '--cgroup', 'b', id, 'true'],
    };
    for (const [words, args] of Object.entries(failures)) {
      const { status, stderr } = machine.run('exec', ...args);
      expect({ args, status }).toEqual({ args, status: 255 });
      expect(stderr).toContain(words);
    }
  });

  it('that cannot tell its number ends', () => {
    rmSync(join(machine.rootfs, 'mark'), { force: true });
    const script = 'sleep 1; echo alive > /mark; sleep 600';
    const lost = machine.run(
      'exec',
      '-d',
      '--pid-file',
      '/nonexistent/pid',
      id,
      'sh',
      '-c',
      script,
    );
    expect(lost.status).toBe(255);
    expect(lost.stderr).toContain('OCI_PID_FILE_UNWRITABLE');
    expect(machine.ok('ps', id, '-eo', 'pid,args')).not.toContain('sleep 600');
    expect(existsSync(join(machine.rootfs, 'mark'))).toBe(false);
  });

  it('is refused in a paused container', () => {
    machine.ok('pause', id);
    const refused = machine.run('exec', id, 'true');
    expect(refused.status).toBe(255);
    expect(refused.stderr).toContain('cannot exec in a paused container');
    machine.ok('resume', id);
  });
});
