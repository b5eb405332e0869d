import { systemClock } from '../host/clock.ts';
import { writeNow } from '../host/write-now.ts';
import type { OciCommand } from './command.ts';
import { ociCommands, type OciCommandEntry } from './commands.ts';
import { contextOf, globalOptions, logOf } from './global-options.ts';
import { OciLog } from './log.ts';
import { type GivenOptions, readOptions, usage } from './options.ts';
import { ociSpecVersion } from './versions.ts';

/** What this is of the process it runs in. */
export interface OciProcess {
  /** Of berth, for --version. */
  readonly version: string;
  readonly workingDirectory: string;
}

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
    if (options.flag('version')) return print(versionText(process.version));
    if (options.flag('help') || name === undefined) return await showHelp();
    if (name === 'help' || name === 'h') return await showHelp(words[0]);
    log = logOf(options, process.workingDirectory);
    const entry = find(name);
    command = await entry.load();
    return await runCommand({ entry, command, words, global: options }, { ...process, log });
  } catch (error) {
    log.error(error);
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
  if (given.options.flag('help')) return showHelp(entry.name);
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

/** As engines read it: podman shows it, others look for "spec:", and for what is built in as crun has it. */
function versionText(version: string): string {
  return `berth oci version ${version}\nspec: ${ociSpecVersion}\n+SELINUX +APPARMOR +CAP +SECCOMP +EBPF\n`;
}

function print(text: string): number {
  writeNow(1, text);
  return 0;
}

async function showHelp(name?: string): Promise<number> {
  const { commandHelp, overview } = await import('./help.ts');
  return print(name === undefined ? overview() : await commandHelp(find(name)));
}
