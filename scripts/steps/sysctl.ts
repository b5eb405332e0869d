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

/** As sysctl(8) has it: a dot in the name of an interface, such as of a VLAN, is a slash in that of a switch. */
const fileOf = (key: string, host: ProvisionHost): string =>
  join(host.procSys, ...key.split('.').map((part) => part.replaceAll('/', '.')));

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
 * key: the folder with one folder an interface, and what else the kernel changes (inet_forward_change in net/ipv4/devinet.c).
 */
const switchesOfInterfaces: Readonly<
  Record<string, { readonly folder: string; readonly more: readonly string[] }>
> = {
  'net.ipv4.ip_forward': { folder: 'net.ipv4.conf', more: ['net.ipv4.conf.all.accept_redirects'] },
  'net.ipv6.conf.all.forwarding': { folder: 'net.ipv6.conf', more: [] },
};

async function switchesAlong(key: string, host: ProvisionHost): Promise<readonly string[]> {
  const along = switchesOfInterfaces[key];
  if (along === undefined) return [];
  const interfaces = await listFolder(fileOf(along.folder, host));
  return [
    ...interfaces.map((name) => `${along.folder}.${name.replaceAll('.', '/')}.forwarding`),
    ...along.more,
  ].filter((name) => name !== key);
}

/** Interfaces that are up and were not there before: who brought them has found forwarding on, and may rely on it. */
async function newInterfaces(
  key: string,
  before: Captured,
  host: ProvisionHost,
): Promise<readonly string[]> {
  const along = await switchesAlong(key, host);
  const known = new Set(before.map((one) => one.key));
  const came = along.filter((one) => one.endsWith('.forwarding') && !known.has(one));
  const names = came.map((one) => (one.split('.').at(-2) ?? '').replaceAll('/', '.'));
  const flags = await Promise.all(
    names.map((name) => readTextIfExists(host.path(`/sys/class/net/${name}/flags`))),
  );
  // IFF_UP of netdevice(7).
  return names.filter((_, index) => (Number(flags[index] ?? '0') & 1) === 1);
}

async function capture(step: SysctlStep, host: ProvisionHost): Promise<Captured> {
  const found = [{ key: step.key, value: await need(step.key, host) }];
  for (const key of await switchesAlong(step.key, host)) {
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
  undo: async (step, { captured: before, host }) => {
    const isOn = before[0]?.value === '0' && (await read(step.key, host)) === '1';
    const others = isOn ? await newInterfaces(step.key, before, host) : [];
    if (others.length > 0)
      return {
        kind: 'forgotten',
        note: m.switchStays({ key: step.key, interfaces: others.join(', ') }),
      };
    for (const { key, value } of before) {
      // What has gone meanwhile (an interface, a module's switches) has no value to go back to.
      const now = await read(key, host);
      if (now !== undefined && now !== value) await writeFile(fileOf(key, host), value);
    }
    return { kind: 'undone' };
  },
};
