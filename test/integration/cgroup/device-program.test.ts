import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileDeviceProgram } from '../../../runtime/cgroup/device-program/compile.ts';
import { deviceAllowList } from '../../../runtime/cgroup/device-rules.ts';
import { attachDeviceProgram } from '../../../runtime/launch/cgroups/device-program.ts';
import { deviceRuleSchema } from '../../../runtime/spec/device.ts';
import { AT_FDCWD, O_RDONLY, O_RDWR, O_WRONLY } from '../../../runtime/syscall/constants/fs.ts';
import { S_IFBLK, S_IFCHR } from '../../../runtime/syscall/constants/fs.ts';
import { errnoNumber } from '../../../runtime/syscall/errno.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { Random } from '../../unit/launch/random.ts';
import { randomRules } from '../../unit/cgroup/random-devices.ts';
import { unifiedMount } from './unified-mount.ts';
import { removeTree } from '../../support/remove-tree.ts';

const [EPERM, ENXIO] = [errnoNumber('EPERM'), errnoNumber('ENXIO')];
const mount = unifiedMount();

/** Instructions for rules as a config has them. */
function compile(rules: readonly object[]): Uint8Array {
  const parsed = rules.map((rule) => deviceRuleSchema.parse(rule));
  return compileDeviceProgram(deviceAllowList(parsed)) ?? new Uint8Array();
}

describe.skipIf(mount === undefined)('a device program in the kernel', () => {
  const folder = `${mount ?? ''}/berth-test-${process.pid}`;
  let launcher: Launcher;
  let nodes: string;

  beforeAll(async () => {
    launcher = await Launcher.start();
  });
  afterAll(async () => {
    await launcher.stop();
  });
  beforeEach(() => {
    mkdirSync(folder);
    nodes = mkdtempSync(join(tmpdir(), 'berth-devices-'));
  });
  afterEach(() => {
    rmdirSync(folder);
    removeTree(nodes);
  });

  /** Attaches a program, joins the folder, tries, leaves it again. Gives an errno each, 0 for what went well. */
  async function attempt(
    instructions: Uint8Array,
    tries: (p: ProgramBuilder, results: { add: (...result: Results) => void }) => void,
  ): Promise<readonly number[]> {
    const p = new ProgramBuilder('try devices');
    attachDeviceProgram(p, { folder, instructions });
    p.write('join the cgroup', `${folder}/cgroup.procs`, '0');
    const found: Results = [];
    tries(p, { add: (...result) => found.push(...result) });
    p.write('leave the cgroup', `${mount ?? ''}/cgroup.procs`, '0');
    const reply = p.reserve(8 * found.length);
    found.forEach((result, index) => {
      p.set(reply.at(8 * index), result);
    });
    p.reply(reply, 8 * found.length);
    const { data } = await launcher.run(p);
    return found.map((_, index) => Math.max(0, -Number(data.readBigInt64LE(8 * index))));
  }

  type Results = ReturnType<ProgramBuilder['call']>[];

  it('lets through what is allowed, and nothing else', async () => {
    const results = await attempt(compile([]), (p, { add }) => {
      const open = (path: string, flags: number): void => {
        add(p.call('open', 'openat', [AT_FDCWD, p.string(path), flags, 0], { onError: 'ignore' }));
      };
      const node = (name: string, mode: number, device: number): string => {
        const path = p.string(join(nodes, name));
        const args = [AT_FDCWD, path, mode | 0o600, device];
        add(p.call('make', 'mknodat', args, { onError: 'ignore' }));
        return join(nodes, name);
      };
      open('/dev/null', O_RDWR);
      open('/dev/kmsg', O_RDONLY);
      // Major and minor number 254, which no driver has: ENXIO says that the program was asked first and agreed.
      open(node('disk', S_IFBLK, (254 << 8) | 254), O_RDONLY);
      open(node('memory', S_IFCHR, (1 << 8) | 1), O_RDONLY);
    });
    expect(results).toEqual([0, EPERM, 0, EPERM, 0, EPERM]);
  });

  it('follows the rules for each kind of access', async () => {
    const rules = [
      { allow: true, type: 'c', major: 1, minor: 11, access: 'r' },
      { allow: true, type: 'b', major: 254, access: 'rwm' },
      { allow: false, type: 'b', major: 254, minor: 253, access: 'w' },
    ];
    const results = await attempt(compile(rules), (p, { add }) => {
      for (const minor of [254, 253]) {
        const path = p.string(join(nodes, `disk-${minor}`));
        const args = [AT_FDCWD, path, S_IFBLK | 0o600, (254 << 8) | minor];
        add(p.call('make', 'mknodat', args, { onError: 'ignore' }));
        for (const flags of [O_RDONLY, O_WRONLY, O_RDWR]) {
          add(p.call('open', 'openat', [AT_FDCWD, path, flags, 0], { onError: 'ignore' }));
        }
      }
      for (const flags of [O_RDONLY, O_WRONLY]) {
        const args = [AT_FDCWD, p.string('/dev/kmsg'), flags, 0];
        add(p.call('open', 'openat', args, { onError: 'ignore' }));
      }
    });
    // No driver has the disks: ENXIO comes when the program has agreed.
    expect(results).toEqual([0, ENXIO, ENXIO, ENXIO, 0, ENXIO, EPERM, EPERM, 0, EPERM]);
  });

  it('can forbid making nodes', async () => {
    const rules = [{ allow: true }, { allow: false, type: 'c', major: 1, minor: 3, access: 'm' }];
    const results = await attempt(compile(rules), (p, { add }) => {
      for (const minor of [3, 5]) {
        const path = p.string(join(nodes, String(minor)));
        const args = [AT_FDCWD, path, S_IFCHR | 0o600, (1 << 8) | minor];
        add(p.call('make', 'mknodat', args, { onError: 'ignore' }));
      }
    });
    expect(results).toEqual([EPERM, 0]);
  });

  it('holds together with another program of the same folder', async () => {
    const narrow = new ProgramBuilder('attach the first');
    attachDeviceProgram(narrow, { folder, instructions: compile([]) });
    await launcher.run(narrow);
    const wide = compile([{ allow: true }, { allow: false, type: 'b', major: 1 }]);
    const results = await attempt(wide, (p, { add }) => {
      const args = [AT_FDCWD, p.string('/dev/kmsg'), O_RDONLY, 0];
      add(p.call('open', 'openat', args, { onError: 'ignore' }));
    });
    expect(results).toEqual([EPERM]);
  });

  it('is accepted by the verifier, whatever the rules', async () => {
    const p = new ProgramBuilder('load random programs');
    for (let seed = 0; seed < 50; seed += 1) {
      const instructions = compileDeviceProgram(deviceAllowList(randomRules(new Random(seed))));
      if (instructions) attachDeviceProgram(p, { folder, instructions });
    }
    const many = Array.from({ length: 1300 }, (_, major) => ({ allow: true, type: 'c', major }));
    attachDeviceProgram(p, { folder, instructions: compile(many) });
    await expect(launcher.run(p)).resolves.toMatchObject({ exitCode: 0 });
  });

  it('names the step that the kernel refuses', async () => {
    const endless = Uint8Array.of(0x05, 0, 0xff, 0xff, 0, 0, 0, 0);
    const p = new ProgramBuilder('start');
    attachDeviceProgram(p, { folder, instructions: endless });
    await expect(launcher.run(p)).rejects.toMatchObject({
      message: 'start: load the device program, with RLIMIT_MEMLOCK raised: EINVAL',
    });
    const lost = new ProgramBuilder('start');
    attachDeviceProgram(lost, { folder: `${folder}/gone`, instructions: compile([]) });
    await expect(launcher.run(lost)).rejects.toMatchObject({
      message: `start: attach the device program to ${folder}/gone: ENOENT`,
    });
  });
});
