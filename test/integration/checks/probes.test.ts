import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckContext } from '../../../checks/context.ts';
import { bridgeProgram } from '../../../checks/probes/bridge-program.ts';
import { cgroupFiles } from '../../../checks/probes/cgroup-files.ts';
import { readCgroupLayout } from '../../../checks/probes/cgroup-layout.ts';
import { overlayProgram } from '../../../checks/probes/overlay-program.ts';
import {
  AF_NETLINK,
  NETLINK_ROUTE,
  plugInAndUp,
  SOCK_RAW,
} from '../../../checks/probes/rtnetlink.ts';
import { runProbe } from '../../../checks/probes/run-probe.ts';
import { runChecks } from '../../../checks/run-checks.ts';
import { CLONE_NEWNET } from '../../../runtime/syscall/constants/clone.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { realContext } from './real-context.ts';
import { removeTree } from '../../support/remove-tree.ts';

let launcher: Launcher;
let folder: string;
let context: CheckContext;

beforeAll(async () => {
  launcher = await Launcher.start();
  // On the disk, not in a tmpfs: that is where images will be.
  folder = mkdtempSync('/var/tmp/berth-test-checks-');
  context = realContext(launcher, {
    dataRoot: join(folder, 'data,root:odd\\name', 'deep'),
    apiSocket: join(folder, 'run', 'berth.sock'),
  });
});

afterAll(async () => {
  await launcher.stop();
  removeTree(folder);
});

const childrenOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();

/** Whatever a probe may have left on the machine, by the names that probes use. */
async function leftovers(): Promise<readonly string[]> {
  const { unified } = await readCgroupLayout(context.files);
  const named = [
    ...readFileSync('/proc/self/mountinfo', 'utf8').split('\n'),
    ...readFileSync('/proc/net/dev', 'utf8').split('\n'),
    ...readdirSync(folder),
    ...(unified === undefined ? [] : readdirSync(unified)),
  ].filter((text) => /berth-check|probe-(bridge|near|far)/.test(text));
  const children = childrenOf(await launcher.pid());
  return children === '' ? named : [...named, `processes ${children}`];
}

/** Checks that ask others: tests reach no further than this machine. */
const outside = ['dns', 'mirror.reach', 'time'].map((id) => ({ id, reason: 'no network' }));

describe('checks on this machine', () => {
  it('pass where the kernel has all, and leave nothing behind', async () => {
    const findings = await runChecks(context, { skip: outside });
    const status = Object.fromEntries(findings.map((finding) => [finding.id, finding.status]));
    expect(status).toMatchObject({
      root: 'pass',
      'arch.64bit': 'pass',
      'kernel.version': 'pass',
      namespaces: 'pass',
      seccomp: 'pass',
      'cgroup.controllers': 'pass',
      'cgroup.freezer': 'pass',
      'fs.overlay': 'pass',
      'net.bridge': 'pass',
      'net.nat': 'pass',
      'fs.dtype': 'pass',
      ipc: 'pass',
      libc: 'pass',
      ports: 'pass',
      runtime: 'skip',
      dns: 'skip',
    });
    // What the machine's settings decide: no more than that they came to a result.
    for (const finding of findings) expect(finding).not.toHaveProperty('details.code');
    expect(await leftovers()).toEqual([]);
  });

  it('leave nothing behind when many run at once', async () => {
    const only = ['namespaces', 'fs.overlay', 'net.bridge', 'seccomp', 'cgroup.limits'];
    const runs = await Promise.all(Array.from({ length: 5 }, () => runChecks(context, { only })));
    expect(runs.flat().filter(({ status }) => status === 'fail')).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  it('fail without the rights, each with a remedy, and leave nothing behind', async () => {
    const output = execFileSync(
      'setpriv',
      [
        '--inh-caps=-all',
        '--bounding-set=-sys_admin,-net_admin',
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        fileURLToPath(new URL('print-findings.ts', import.meta.url)),
        folder,
      ],
      { encoding: 'utf8' },
    );
    const findings = JSON.parse(output) as readonly { id: string; status: string; seen: string }[];
    const byId = Object.fromEntries(findings.map((finding) => [finding.id, finding]));
    expect(byId).toMatchObject({
      root: { status: 'fail', details: { missing: ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN'] } },
      namespaces: { status: 'fail', details: { refused: { net: 'EPERM', mnt: 'EPERM' } } },
      'fs.overlay': { status: 'fail', details: { errno: 'EPERM' } },
      'net.bridge': { status: 'fail', details: { errno: 'EPERM' } },
      // A filter needs no rights once new privileges are given up.
      seccomp: { status: 'pass' },
    });
    for (const finding of findings.filter(({ status }) => status === 'fail')) {
      expect(finding).toHaveProperty('remedy', expect.stringMatching(/\w/));
    }
    expect(await leftovers()).toEqual([]);
  });
});

describe('the overlay probe', () => {
  it('fails on a file system that cannot hold an upper layer', async () => {
    // /proc takes no folders at all: the first step of the layers names the reason.
    const result = await runProbe(context, overlayProgram('/proc'));
    expect(result).toMatchObject({
      kind: 'refused',
      failure: { step: 'make folder "base"', errno: 'ENOENT' },
    });
  });

  it('works in a tmpfs too', async () => {
    const inMemory = mkdtempSync(join('/dev/shm', 'berth-test-checks-'));
    try {
      expect(await runProbe(context, overlayProgram(inMemory))).toMatchObject({ kind: 'done' });
    } finally {
      removeTree(inMemory);
    }
  });
});

describe('the bridge probe', () => {
  it("takes the kernel's refusal for a failure", async () => {
    const program = new ProgramBuilder('plug nothing');
    program.call('make a network namespace', 'unshare', [CLONE_NEWNET]);
    const socket = program.call('socket', 'socket', [AF_NETLINK, SOCK_RAW, NETLINK_ROUTE]);
    const message = plugInAndUp(4000, 4001);
    const answer = program.reserve(256);
    program.call('ask', 'sendto', [socket, program.bytes(message), message.length, 0, 0, 0]);
    program.call('hear', 'recvfrom', [socket, answer, 256, 0, 0, 0]);
    program.reply(answer.at(16), 4);
    const { data } = await launcher.run(program);
    expect(data.readInt32LE(0)).toBe(-19); // ENODEV: what bridgeProgram would fail with
    expect(await runProbe(context, bridgeProgram())).toMatchObject({ kind: 'done' });
  });
});

describe('looking into a new cgroup', () => {
  it('tells files that are there from those that are not, and removes the cgroup', async () => {
    const { unified } = await readCgroupLayout(context.files);
    if (unified === undefined) throw new Error('this test needs a cgroup v2 hierarchy');
    const found = await cgroupFiles(context, unified, ['cgroup.freeze', 'no.such', 'cgroup.procs']);
    expect(found).toEqual({ kind: 'present', names: new Set(['cgroup.freeze', 'cgroup.procs']) });
    expect(await leftovers()).toEqual([]);
  });

  it('says why when none can be made', async () => {
    expect(await cgroupFiles(context, join(tmpdir(), 'no-such-folder'), ['x'])).toMatchObject({
      kind: 'refused',
      failure: { errno: 'ENOENT' },
    });
  });
});
