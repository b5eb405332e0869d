import { readdirSync, readlinkSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { executeProgram } from '../../../runtime/launch/process/become-program.ts';
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY } from '../../../runtime/syscall/constants/fs.ts';
import { PR_SET_DUMPABLE } from '../../../runtime/syscall/constants/process.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { useMachine } from './fixture.ts';
import { whileStartIsHeld } from './hold-at-exec.ts';

const machine = useMachine();

/** include/uapi/linux/prctl.h */
const PR_GET_DUMPABLE = 3;

const reached = 'reached';

/**
 * The last steps of a process of a container, in a process of their own; what it replies instead of executing the program.
 *
 * @param before adds what is done before those steps.
 * @param cwd the working folder.
 */
async function lastSteps(before: (p: ProgramBuilder) => void, cwd: string): Promise<Buffer> {
  const { spec } = machine().request(['true']);
  const p = new ProgramBuilder('last steps');
  before(p);
  const plan = {
    spec: { ...spec, process: { ...spec.process, cwd } },
    rlimits: [],
    seccomp: undefined,
    seccompListener: undefined,
    lastCapability: 0,
    newKeyring: false,
    preserveFds: 0,
    namespaces: { user: 'host' },
  } as const;
  executeProgram(p, plan, {
    sync: p.value(p.reserve(8)),
    before: () => {
      p.reply(p.string(reached), reached.length);
      replyDumpable(p);
      p.exit(0);
    },
  });
  return (await machine().launcher.run(p)).data;
}

function replyDumpable(p: ProgramBuilder): void {
  const answer = p.reserve(8);
  p.set(answer, p.call('is it dumpable', 'prctl', [PR_GET_DUMPABLE, 0, 0, 0, 0]));
  p.reply(answer, 1);
}

/** What protects from CVE-2016-9962, each by itself: the attack fails as long as one of them holds. */
describe('a process that is not dumpable', () => {
  // `hide the process` in runtime/syscall/launcher-program.ts; without it this is red.
  it('is what the launcher forks', async () => {
    const p = new ProgramBuilder('look');
    replyDumpable(p);
    expect((await machine().launcher.run(p)).data).toEqual(Buffer.of(0));
  });

  // `hide the process` in runtime/launch/process/become-program.ts; without it this is red.
  it('is what is about to execute its program, whatever it was before', async () => {
    const show = (p: ProgramBuilder): void => {
      p.call('be seen', 'prctl', [PR_SET_DUMPABLE, 1, 0, 0, 0]);
    };
    expect(await lastSteps(show, '/')).toEqual(Buffer.from(`${reached}\0`));
  });
});

/** What protects from CVE-2024-21626, each by itself. */
describe('a working folder', () => {
  // `refuseOutsideFolder` in runtime/launch/process/become-program.ts; without it this is red.
  it('is refused when it is outside of the root, as a descriptor would have it', async () => {
    const leaveFolder = (p: ProgramBuilder): void => {
      const args = [AT_FDCWD, p.string('/'), O_DIRECTORY.or(O_CLOEXEC), 0];
      const host = p.call('open the root of the host', 'openat', args);
      p.call('enter the image', 'chroot', [p.string(machine().image(''))]);
      p.call('stay outside', 'fchdir', [host]);
    };
    await expect(lastSteps(leaveFolder, '.')).rejects.toMatchObject({
      message: expect.stringContaining('the current folder is outside the root') as string,
    });
    const stay = (p: ProgramBuilder): void => {
      p.call('enter the image', 'chroot', [p.string(machine().image(''))]);
      p.call('go there', 'chdir', [p.string('/tmp')]);
    };
    expect((await lastSteps(stay, '.')).toString()).toContain(reached);
  });

  // `closeAll` in runtime/launch/mounts/host-descriptors.ts, `leaveHost` in root-file-system.ts and what bring-up.ts closes; without
  // any one of them this is red.
  it('has no descriptor of the host to lead to: at execve(2) there is none, closed on exec or not', async () => {
    const mounts = [{ destination: '/data', source: machine().folder, options: ['rbind'] }];
    await whileStartIsHeld(machine(), { mounts }, (pid) => {
      const descriptors = readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`);
      const folders = descriptors.filter((fd) => statSync(fd).isDirectory());
      expect(folders.map((fd) => readlinkSync(fd))).toEqual([]);
      const kinds = descriptors.map((fd) => readlinkSync(fd).replace(/:?\[\d+\]$/, ''));
      // Its streams, as they came and where they are wanted; the start-up channel, and the filter that holds it.
      expect(kinds.toSorted()).toEqual([
        ...['/dev/null', '/dev/null', 'anon_inode:seccomp notify'],
        ...['pipe', 'pipe', 'pipe', 'pipe', 'socket'],
      ]);
    });
  });
});
