import type { HostFiles } from '../context.ts';

/** Reads a kernel setting by its dotted name (sysctl(8)); `undefined` when this kernel does not have it. */
export async function readSysctl(files: HostFiles, key: string): Promise<string | undefined> {
  return (await files.readText(sysctlPath(key)))?.trim();
}

/** The file of a kernel setting, for example `/proc/sys/net/ipv4/ip_forward`. */
function sysctlPath(key: string): string {
  return `/proc/sys/${key.replaceAll('.', '/')}`;
}
