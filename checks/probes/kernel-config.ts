import { gunzipSync } from 'node:zlib';
import type { CheckContext } from '../context.ts';

/** A build configuration of the running kernel. */
export interface KernelConfig {
  readonly path: string;
  readonly text: string;
}

/** The first readable configuration of the running kernel, in the order moby's check-config looks for it. */
export async function readKernelConfig({
  files,
  machine: { release },
}: Pick<CheckContext, 'files' | 'machine'>): Promise<KernelConfig | undefined> {
  const packed = await files.readBytes('/proc/config.gz');
  if (packed !== undefined) {
    return { path: '/proc/config.gz', text: unpack(packed) };
  }
  const paths = [
    `/boot/config-${release}`,
    `/usr/lib/modules/${release}/config`,
    `/lib/modules/${release}/config`,
    `/usr/lib/kernel/config-${release}`,
    `/usr/lib/ostree-boot/config-${release}`,
    `/usr/src/linux-headers-${release}/.config`,
  ];
  for (const path of paths) {
    const text = await files.readText(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}

/** What is no gzip, or cut short, is as good as empty: it explains nothing. */
function unpack(packed: Uint8Array): string {
  try {
    return gunzipSync(packed).toString('utf8');
  } catch {
    return '';
  }
}
