import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { type HostFacts, readHostFacts } from '../../../runtime/launch/host-facts.ts';
import { planStart, type StartRequest } from '../../../runtime/launch/plan-start.ts';
import { removeCgroups } from '../../../runtime/launch/cgroups/remove-cgroups.ts';
import { FilterCache } from '../../../runtime/launch/seccomp/filter-cache.ts';
import { readSecurityModules } from '../../../runtime/launch/security/security-modules.ts';
import { setSecurityLabels } from '../../../runtime/launch/security/security-labels.ts';
import { startProgram } from '../../../runtime/launch/start-program.ts';
import { CLONE_NEWNS } from '../../../runtime/syscall/constants/clone.ts';
import { MS_BIND, MS_PRIVATE, MS_REC } from '../../../runtime/syscall/constants/mount.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { useMachine } from './use-machine.ts';
import { withoutOpenat2 } from './without-openat2.ts';

const modules = await readSecurityModules();
const seLinuxLabel = 'system_u:system_r:container_t:s0:c1,c2';

const machine = useMachine();
let facts: HostFacts;
beforeAll(async () => {
  facts = await readHostFacts();
});

/** Starts a container as if the host had both security modules; gives what went wrong. */
async function startAnyway(request: StartRequest): Promise<unknown> {
  const host = { ...facts, securityModules: { appArmor: true, seLinux: true } };
  const { plan } = await planStart(request, { host, filters: new FilterCache(host.architecture) });
  try {
    await machine().launcher.spawn(startProgram(plan, { ...request, name: 'start' }));
  } catch (error) {
    await removeCgroups(plan.cgroup.remove, systemClock);
    return error;
  }
  await (
    await machine().runtime.connect(request.runDir)
  )?.closed;
  return undefined;
}

describe.skipIf(modules.appArmor || modules.seLinux)('without the module a container', () => {
  it.each([
    ['process.apparmorProfile', { process: { apparmorProfile: 'box' } }],
    ['process.selinuxLabel', { process: { selinuxLabel: seLinuxLabel } }],
  ] as const)('with %s is refused by name', async (field, change) => {
    await expect(machine().run(['true'], change)).rejects.toMatchObject({
      code: 'SPEC_UNSUPPORTED',
      details: { fields: [field] },
      message: expect.stringContaining(`'${field}'`) as string,
    });
  });

  it('with linux.mountLabel starts without, and says so', async () => {
    const request = machine().request(['true'], { linux: { mountLabel: seLinuxLabel } });
    const { warnings } = await machine().runtime.start(request);
    await (
      await machine().runtime.connect(request.runDir)
    )?.closed;
    expect(warnings).toContainEqual(expect.stringContaining('"linux.mountLabel" is left out'));
  });

  // The kernel answers EINVAL to labels when no module takes them: the container must not run without.
  it.each([
    [{ process: { apparmorProfile: 'box' } }, 'set process.apparmorProfile to box: EINVAL'],
    [{ process: { selinuxLabel: seLinuxLabel } }, 'set process.selinuxLabel to .*: EINVAL'],
    [{ linux: { mountLabel: seLinuxLabel } }, 'mount the overlay root: EINVAL'],
  ] as const)('with %j does not start when the kernel refuses', async (change, message) => {
    const error = await startAnyway(machine().request(['true'], change));
    expect(error).toMatchObject({ message: expect.stringMatching(message) as string });
  });

  it('gets no label through a /proc of its own (CVE-2019-16884)', async () => {
    const fake = `${machine().folder}/fake`;
    const files = ['self/attr/apparmor/exec', 'self/attr/exec', 'self/attr/keycreate'];
    mkdirSync(`${fake}/self/attr/apparmor`, { recursive: true });
    for (const file of files) writeFileSync(`${fake}/${file}`, '');
    const request = machine().request(['true'], {
      process: { apparmorProfile: 'box' },
      mounts: [{ destination: '/proc', type: 'bind', source: fake, options: ['bind'] }],
    });
    expect(await startAnyway(request)).toMatchObject({
      message: expect.stringContaining('set process.apparmorProfile to box: EINVAL') as string,
    });
    expect(files.map((file) => readFileSync(`${fake}/${file}`, 'utf8'))).toEqual(['', '', '']);
  });
});

describe.runIf(modules.appArmor)('with AppArmor a container', () => {
  it('runs under the profile of its config', async () => {
    const process = { apparmorProfile: 'unconfined' };
    expect(await machine().shell('cat /proc/self/attr/current', { process })).toBe('unconfined');
  });

  it('does not start under a profile that was not loaded', async () => {
    const request = machine().request(['true'], {
      process: { apparmorProfile: 'no-such-profile' },
    });
    await expect(machine().runtime.start(request)).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining('process.apparmorProfile') as string,
    });
  });
});

describe('what the kernel is told', () => {
  /** Sets the labels where another file of procfs shows what was written: the name of the process. */
  async function written(
    file: string,
    process: Parameters<typeof setSecurityLabels>[1],
  ): Promise<string> {
    const p = new ProgramBuilder('test');
    // Nothing may lie over a file that is written: only an older kernel cannot tell.
    withoutOpenat2(p);
    p.call('unshare', 'unshare', [CLONE_NEWNS]);
    p.call('privacy', 'mount', [0, p.string('/'), 0, MS_PRIVATE | MS_REC, 0]);
    for (const path of ['/proc/self/attr/exec', '/proc/self/attr/keycreate']) {
      const source = p.string(path === file ? '/proc/self/comm' : '/proc/self/oom_score_adj');
      p.call('bind', 'mount', [source, p.string(path), 0, MS_BIND, 0]);
    }
    p.call('enter the root', 'chdir', [p.string('/')]);
    setSecurityLabels(p, process);
    const name = p.reserve(16);
    const PR_GET_NAME = 16;
    p.call('look', 'prctl', [PR_GET_NAME, name]);
    p.reply(name, 16);
    const { data } = await machine().launcher.run(p);
    return data.toString().replaceAll('\0', '');
  }

  const request = (): StartRequest['spec']['process'] => machine().request(['true']).spec.process;

  it.skipIf(modules.appArmor)('is AppArmor\'s "exec" and the profile', async () => {
    const process = { ...request(), apparmorProfile: 'box' };
    expect(await written('/proc/self/attr/exec', process)).toBe('exec box');
  });

  // A number, which the other of the two files takes as well.
  it.each(['/proc/self/attr/exec', '/proc/self/attr/keycreate'])(
    'is the SELinux label in %s',
    async (file) => {
      const process = { ...request(), selinuxLabel: '17' };
      expect(await written(file, process)).toBe('17');
    },
  );
});
