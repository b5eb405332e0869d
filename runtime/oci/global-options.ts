import { messageOf } from '../errors/berth-error.ts';
import { systemClock } from '../host/clock.ts';
import { writeNow } from '../host/write-now.ts';
import type { OciContext } from './command.ts';
import { OciLog } from './log.ts';
import { type GivenOptions, type OptionDeclaration, usage } from './options.ts';
import { absolutePath } from './paths.ts';

/** Options before the command. */
export const globalOptions: readonly OptionDeclaration[] = [
  {
    name: 'root',
    takes: 'text',
    help: "folder of the containers' states (default /run/berth/oci)",
  },
  {
    name: 'log',
    takes: 'text',
    help: 'file that errors and warnings are added to (default stderr)',
  },
  { name: 'log-format', takes: 'text', help: '"text" (default) or "json"' },
  { name: 'debug', takes: 'flag', help: 'log what helps to find mistakes, too' },
  {
    name: 'systemd-cgroup',
    takes: 'flag',
    help: 'let systemd make the cgroups: "cgroupsPath" is "slice:prefix:name"',
  },
  {
    name: 'cgroup-manager',
    takes: 'text',
    help: '"cgroupfs" (default), "systemd", the other way to say --systemd-cgroup, or "disabled"',
  },
  { name: 'criu', takes: 'text', help: 'program for checkpoint and restore (default "criu")' },
  {
    name: 'rootless',
    takes: 'text',
    help: 'taken and ignored: a user namespace is asked for by the config alone',
  },
  { name: 'help', short: 'h', takes: 'flag', help: 'show this help' },
  { name: 'version', short: 'v', takes: 'flag', help: 'show the version' },
];

const defaultRoot = '/run/berth/oci';

/** The log that the options ask for. Throws USAGE. */
export function logOf(options: GivenOptions, workingDirectory: string): OciLog {
  const format = options.text('log-format') ?? 'text';
  if (format !== 'text' && format !== 'json' && format !== '') {
    throw usage(`invalid log-format: "${format}", wanted "text" or "json"`);
  }
  const file = logFile(options.text('log') ?? '');
  const log = new OciLog(
    {
      ...(file === '' ? {} : { file: absolutePath(file, workingDirectory) }),
      format: format === 'json' ? 'json' : 'text',
      level: options.flag('debug') ? 'debug' : 'info',
    },
    systemClock,
  );
  try {
    log.open();
  } catch (error) {
    throw usage(`--log is "${file}", which cannot be written: ${messageOf(error)}`);
  }
  return log;
}

/** crun has kinds of logs before a colon; files are the one that is written here. */
function logFile(text: string): string {
  const [, kind, path = ''] = /^([a-z]+):(.*)$/s.exec(text) ?? [];
  if (kind === undefined) return text;
  if (kind === 'file') return path;
  throw usage(`--log is "${text}", wanted a file: there is no log of the kind "${kind}"`);
}

/** What every command gets. Throws USAGE. */
export function contextOf(
  options: GivenOptions,
  process: { readonly log: OciLog; readonly version: string; readonly workingDirectory: string },
): OciContext {
  const { log, version, workingDirectory } = process;
  const root = absolutePath(options.text('root') ?? defaultRoot, workingDirectory);
  if (root === '/') throw usage('--root is "/", wanted a folder of its own for the states');
  const rootless = options.text('rootless') ?? 'auto';
  if (truths.includes(rootless)) {
    log.warn(
      `--rootless ${rootless} is ignored: berth needs root, and makes a user namespace when the config has one`,
    );
  } else if (!['auto', '', ...untruths].includes(rootless)) {
    throw usage(`--rootless is "${rootless}", wanted "true", "false" or "auto"`);
  }
  return {
    version,
    root,
    log,
    cgroups: cgroupsOf(options),
    criu: options.text('criu') ?? 'criu',
    workingDirectory,
    clock: systemClock,
    print: (text) => {
      writeNow(1, text);
    },
  };
}

const truths = ['true', '1', 't', 'T', 'TRUE', 'True'];
const untruths = ['false', '0', 'f', 'F', 'FALSE', 'False'];

function cgroupsOf(options: GivenOptions): OciContext['cgroups'] {
  const manager = options.text('cgroup-manager') ?? 'cgroupfs';
  if (manager === 'disabled') return 'none';
  if (manager !== 'cgroupfs' && manager !== 'systemd') {
    throw usage(`--cgroup-manager is "${manager}", wanted "cgroupfs", "systemd" or "disabled"`);
  }
  return manager === 'systemd' || options.flag('systemd-cgroup') ? 'systemd' : 'files';
}
