import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { join } from 'node:path';
import { z } from 'zod';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { listFolder, readTextIfExists, writeFile } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { StepKind } from './step-kind.ts';

/** Sets a kernel switch now (sysctl(8)); the file in sysctl.d, another step, sets it at boot. */
export const sysctlStep = z.strictObject({
  kind: z.literal('sysctl'),
  /** Name with dots, for example `net.ipv4.ip_forward`. */
  key: z.string().regex(/^[a-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/),
  value: z.string(),
});

type SysctlStep = z.infer<typeof sysctlStep>;

/** Prior values by key: the switch itself first, then those which the kernel changes along with it. */
const captured = z.array(z.strictObject({ key: z.string(), value: z.string() }));
type Captured = z.infer<typeof captured>;

const fileOf = (key: string, host: ProvisionHost): string => join(host.procSys, ...key.split('.'));

async function read(key: string, host: ProvisionHost): Promise<string | undefined> {
  return (await readTextIfExists(fileOf(key, host)))?.trim();
}

async function need(key: string, host: ProvisionHost): Promise<string> {
  const value = await read(key, host);
  if (value !== undefined) return value;
  throw new BerthError('STEP_FAILED', {
    message: m.noSwitch({ key, path: fileOf(key, host) }),
    remedy: m.noSwitchRemedy(),
    details: { key },
  });
}

/**
 * Setting one of these sets the forwarding of every interface too (ip-sysctl.rst), so going back must know theirs. By
 * key: the folder with one folder an interface.
 */
const switchesOfInterfaces: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': 'net.ipv4.conf',
  'net.ipv6.conf.all.forwarding': 'net.ipv6.conf',
};

async function interfaceSwitches(key: string, host: ProvisionHost): Promise<readonly string[]> {
  const parent = switchesOfInterfaces[key];
  if (parent === undefined) return [];
  const interfaces = await listFolder(fileOf(parent, host));
  // An interface name may hold a dot (a VLAN), which sysctl(8) writes as a slash: such a key cannot be split at dots.
  return interfaces
    .filter((name) => !name.includes('.'))
    .map((name) => `${parent}.${name}.forwarding`)
    .filter((name) => name !== key);
}

async function capture(step: SysctlStep, host: ProvisionHost): Promise<Captured> {
  const found = [{ key: step.key, value: await need(step.key, host) }];
  for (const key of await interfaceSwitches(step.key, host)) {
    const value = await read(key, host);
    if (value !== undefined) found.push({ key, value });
  }
  return found;
}

/** Step kind `sysctl`. */
export const sysctlKind: StepKind<SysctlStep, Captured> = {
  kind: 'sysctl',
  schema: sysctlStep,
  undoSchema: captured,
  describe: (step) => m.setSwitch({ key: step.key, value: step.value }),
  isDone: async (step, host) => (await read(step.key, host)) === step.value,
  observe: async (step, host) => (await read(step.key, host)) ?? 'missing',
  diff: async (step, host) => `${(await read(step.key, host)) ?? m.missing()} -> ${step.value}`,
  capture,
  apply: async (step, host) => {
    await need(step.key, host);
    await writeFile(fileOf(step.key, host), step.value);
  },
  undo: async (_step, { captured: before, host }) => {
    for (const { key, value } of before) {
      // What has gone meanwhile (an interface, a module's switches) has no value to go back to.
      const now = await read(key, host);
      if (now !== undefined && now !== value) await writeFile(fileOf(key, host), value);
    }
    return { kind: 'undone' };
  },
};
