import { checkMessages as m } from '../../messages/areas/checks.ts';
import type { CheckContext } from '../context.ts';
import { readKernelConfig } from './kernel-config.ts';
import { joinClauses } from './join-texts.ts';

/** A kernel option that a failed probe may lack. */
export interface KernelOption {
  /** For example `CONFIG_OVERLAY_FS`. */
  readonly option: string;
  /** Module that has it when it is built as one. */
  readonly module?: string;
}

/** What the kernel's build configuration says about options. */
export interface KernelExplanation {
  /** Goes behind "what was seen", for example `CONFIG_VETH is not set in "/boot/config-6.1.0"`. */
  readonly text: string;
  /** Whether loading `modules` can help: modprobe(8) finds them, or there is no telling. */
  readonly loadable: boolean;
  /** Modules to load: those built as modules; all named ones when no configuration can be read. */
  readonly modules: readonly string[];
  /** To load them, to get their files, or to boot another kernel. */
  readonly remedy: string;
}

type Look = Pick<CheckContext, 'files' | 'machine' | 'run'>;

/**
 * Explains a probe that failed by the kernel's configuration. Only that: a probe that works needs no explanation,
 * and `=m` says that a module was built, not that it is here or loaded (moby#13241). So modprobe(8) is asked, without
 * loading anything, whether it would find the module: after an upgrade of the kernel the files of the running one are gone.
 */
export async function explainKernelOptions(
  context: Look,
  options: readonly KernelOption[],
): Promise<KernelExplanation> {
  const config = await readKernelConfig(context);
  const names = options.map(({ option }) => option).join(', ');
  if (config === undefined) {
    const modules = options.flatMap(({ module }) => module ?? []);
    const text = m.noKernelConfig({ options: names });
    return modules.length === 0
      ? { text, loadable: false, modules, remedy: m.bootKernelWith({ options: names }) }
      : explainModules(context, { text, modules });
  }
  const settings = options.map((entry) => ({
    ...entry,
    value: settingOf(config.text, entry.option),
  }));
  const texts = settings.map(({ option, value }) =>
    value === undefined ? m.optionNotSet({ option }) : `${option}=${value}`,
  );
  const text = m.settingsIn({ settings: texts.join(', '), path: config.path });
  const absent = settings.filter(({ value }) => value === undefined);
  const modules = settings.flatMap(({ value, module }) => (value === 'm' ? (module ?? []) : []));
  if (absent.length > 0) {
    const lacking = absent.map(({ option }) => option).join(', ');
    return { text, loadable: false, modules, remedy: m.bootKernelWith({ options: lacking }) };
  }
  // The kernel has them all: then something else forbids it.
  if (modules.length === 0) {
    return { text, loadable: false, modules, remedy: m.outsideContainer() };
  }
  return explainModules(context, { text, modules });
}

async function explainModules(
  context: Look,
  built: { readonly text: string; readonly modules: readonly string[] },
): Promise<KernelExplanation> {
  const missing: string[] = [];
  for (const name of built.modules) {
    if (await isModuleMissing(context, name)) missing.push(name);
  }
  const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');
  if (missing.length === 0) {
    const remedy = m.loadModules({ modules: quoted(built.modules) });
    return { ...built, loadable: true, remedy };
  }
  const values = { modules: quoted(missing), release: context.machine.release };
  return {
    ...built,
    text: joinClauses([built.text, m.moduleFileMissing(values)]),
    loadable: false,
    remedy: m.rebootOrInstallModules(values),
  };
}

/** Without modprobe(8) there is no telling: the fix installs it and tries. */
async function isModuleMissing({ run }: Look, name: string): Promise<boolean> {
  const result = await run('modprobe', ['--dry-run', '--quiet', name], { timeoutMs: 10_000 });
  return result.exitCode !== 0 && result.exitCode !== 127;
}

function settingOf(config: string, option: string): string | undefined {
  return new RegExp(`^${option}=(.+)$`, 'm').exec(config)?.[1];
}
