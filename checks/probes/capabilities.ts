import type { HostFiles } from '../context.ts';

/** Bits of the capabilities that checks ask for (linux/capability.h, Linux 6.12). */
const bits = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_FOWNER: 3,
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_SETPCAP: 8,
  CAP_NET_ADMIN: 12,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_RESOURCE: 24,
  CAP_MKNOD: 27,
  CAP_SETFCAP: 31,
} as const;

/** A capability that some check asks for. */
export type CapabilityName = keyof typeof bits;

/**
 * The effective capabilities of this process (`CapEff` of proc_pid_status(5)); `undefined` when /proc does not tell.
 */
export async function readCapabilities(
  files: HostFiles,
): Promise<ReadonlySet<CapabilityName> | undefined> {
  const status = await files.readText('/proc/self/status');
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '')?.[1];
  if (mask === undefined) return undefined;
  const held = BigInt(`0x${mask}`);
  const names = Object.entries(bits).filter(([, bit]) => ((held >> BigInt(bit)) & 1n) === 1n);
  return new Set(names.map(([name]) => name as CapabilityName));
}
