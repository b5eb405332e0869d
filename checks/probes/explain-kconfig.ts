import { gunzipSync } from 'node:zlib';
import type { CheckContext } from '../context.ts';

/** A kernel option that a failed probe may lack. */
export interface KernelOption {
  /** For example `CONFIG_OVERLAY_FS`. */
  readonly option: string;
  /** Module that has it when it is built as one. */
  readonly module?: string;
}

/** What the kernel's build configuration says about options. */
export interface KernelExplanation {
  /** Goes behind "what was seen", for example `CONFIG_VETH is not set in /boot/config-6.1.0`. */
  readonly text: string;
  /** Whether loading `modules` can help. True when no configuration can be read: it is worth trying. */
  readonly loadable: boolean;
  /** Modules to load: those built as modules; all named ones when no configuration can be read. */
  readonly modules: readonly string[];
}

/**
 * Explains a probe that failed by the kernel's configuration. Only that: a probe that works needs no explanation,
 * and `=m` says that a module was built, not that it is here or loaded.
 */
export async function explainKernelOptions(
  context: Pick<CheckContext, 'files' | 'machine'>,
  options: readonly KernelOption[],
): Promise<KernelExplanation> {
  const config = await readKernelConfig(context);
  const names = options.map(({ option }) => option).join(', ');
  if (config === undefined) {
    const modules = options.flatMap(({ module }) => module ?? []);
    return {
      text: `no kernel configuration is readable that would tell about ${names}`,
      loadable: modules.length > 0,
      modules,
    };
  }
  const settings = options.map((entry) => ({
    ...entry,
    value: settingOf(config.text, entry.option),
  }));
  const built = settings.filter(({ value, module }) => value === 'm' && module !== undefined);
  const absent = settings.filter(({ value }) => value === undefined);
  const texts = settings.map(({ option, value }) =>
    value === undefined ? `${option} is not set` : `${option}=${value}`,
  );
  return {
    text: `${texts.join(', ')} in "${config.path}"`,
    loadable: absent.length === 0 && built.length > 0,
    modules: built.flatMap(({ module }) => module ?? []),
  };
}

function settingOf(config: string, option: string): string | undefined {
  return new RegExp(`^${option}=(.+)$`, 'm').exec(config)?.[1];
}

interface KernelConfig {
  readonly path: string;
  readonly text: string;
}

/** The first readable configuration of the running kernel, in the order moby's check-config looks for it. */
async function readKernelConfig({
  files,
  machine: { release },
}: Pick<CheckContext, 'files' | 'machine'>): Promise<KernelConfig | undefined> {
  const packed = await files.readBytes('/proc/config.gz');
  if (packed !== undefined) {
    return { path: '/proc/config.gz', text: gunzipSync(packed).toString('utf8') };
  }
  const paths = [
    `/boot/config-${release}`,
    `/usr/lib/modules/${release}/config`,
    `/lib/modules/${release}/config`,
    `/usr/lib/kernel/config-${release}`,
    `/usr/lib/ostree-boot/config-${release}`,
  ];
  for (const path of paths) {
    const text = await files.readText(path);
    if (text !== undefined) return { path, text };
  }
  return undefined;
}
