import { systemClock } from '../host/clock.ts';
import { writeNow } from '../host/write-now.ts';
import type { OciCommand } from './command.ts';
import { ociCommands, type OciCommandEntry } from './commands.ts';
import { fileError } from './file-error.ts';
import { contextOf, globalOptions, logOf } from './global-options.ts';
import { OciLog } from './log.ts';
import { type GivenOptions, readOptions, usage } from './options.ts';
import { ociSpecVersion } from './versions.ts';

/** What this is of the process it runs in. */
export interface OciProcess {
  /** Of berth, for --version. */
  readonly version: string;
  readonly workingDirectory: string;
  /** What this program was called by, such as "runc": its help and its version name it so. Absent: "berth oci". */
  readonly calledAs?: string | undefined;
}

const ownName = 'berth oci';

/** Exit status of what runc's is 1 for. */
const failed = 1;

/**
 * Runs `berth oci`: the command line that engines expect of runc.
 *
 * @param argv Without "berth" and "oci".
 * @returns the exit status; what went wrong is in the log.
 */
export async function runOci(argv: readonly string[], process: OciProcess): Promise<number> {
  let log = new OciLog({ format: 'text', level: 'info' }, systemClock);
  let command: OciCommand | undefined;
  try {
    const { options, operands } = readOptions(argv, {
      declared: globalOptions,
      operandsFrom: 'first',
    });
    const [name, ...words] = operands;
    if (options.flag('version')) return print(versionText(process));
    if (options.flag('help') || name === undefined) return await showHelp(process);
    if (name === 'help' || name === 'h') return await showHelp(process, words[0]);
    log = logOf(options, process.workingDirectory);
    const entry = find(name);
    command = await entry.load();
    return await runCommand({ entry, command, words, global: options }, { ...process, log });
  } catch (error) {
    log.error(fileError(error));
    return command?.failureStatus ?? failed;
  }
}

async function runCommand(
  call: {
    readonly entry: OciCommandEntry;
    readonly command: OciCommand;
    readonly words: readonly string[];
    readonly global: GivenOptions;
  },
  process: OciProcess & { readonly log: OciLog },
): Promise<number> {
  const { entry, command, words } = call;
  const { minimum, maximum, from } = command.operands;
  const given = readOptions(words, {
    declared: [...command.options, { name: 'help', short: 'h', takes: 'flag', help: '' }],
    operandsFrom: from,
  });
  if (given.options.flag('help')) return showHelp(process, entry.name);
  const count = given.operands.length;
  if (count < minimum || count > maximum) {
    const limit =
      minimum === maximum ? 'exactly' : count < minimum ? 'a minimum of' : 'a maximum of';
    const number = count < minimum ? minimum : maximum;
    throw usage(`"${entry.name}" requires ${limit} ${number} argument(s), and got ${count}`);
  }
  return command.run({ context: contextOf(call.global, process), ...given });
}

function find(name: string): OciCommandEntry {
  const entry = ociCommands.find((each) => each.name === name);
  if (entry === undefined) throw usage(`No help topic for '${name}': there is no such command`);
  return entry;
}

/**
 * As engines read it: podman shows it, dockerd looks for its lines, others for what is built in as crun has it. SYSTEMD is
 * `--systemd-cgroup` and `NOTIFY_SOCKET`, whether the host runs systemd or not; `features` says the same.
 */
function versionText({ version, calledAs = ownName }: OciProcess): string {
  return `${calledAs} version ${version}\ncommit: berth v${version}\nspec: ${ociSpecVersion}\n+SYSTEMD +SELINUX +APPARMOR +CAP +SECCOMP +EBPF\n`;
}

function print(text: string): number {
  writeNow(1, text);
  return 0;
}

async function showHelp({ calledAs = ownName }: OciProcess, name?: string): Promise<number> {
  const { commandHelp, overview } = await import('./help.ts');
  return print(name === undefined ? overview(calledAs) : await commandHelp(calledAs, find(name)));
}
