import type { Command, CommanderError } from 'commander';
import { Option } from 'commander';
import { BerthError } from '../../errors/berth-error.ts';
import { collect } from '../collect.ts';
import { hostOptions } from './host-options.ts';
import type { NetworkOptions } from './network-options.ts';
import { networkOptions } from './network-options.ts';

/** The options of `berth create` and `run`, as commander hands them over. Values are still as the user wrote them. */
export interface RunOptions extends NetworkOptions {
  /** Those of `host-options.ts`. */
  readonly [name: string]: unknown;
  readonly detach?: true;
  readonly interactive?: true;
  readonly tty?: true;
  readonly rm?: true;
  readonly name?: string;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly workdir?: string;
  readonly user?: string;
  readonly entrypoint?: string;
  readonly attach?: readonly string[];
  readonly domainname?: string;
  readonly expose?: readonly string[];
  readonly labelFile?: readonly string[];
  readonly logDriver?: string;
  readonly logOpt?: readonly string[];
  readonly quiet?: true;
  readonly securityOpt?: readonly string[];
  readonly stopTimeout?: string;
  readonly publish?: readonly string[];
  readonly volume?: readonly string[];
  readonly volumesFrom?: readonly string[];
  readonly mount?: readonly string[];
  readonly memory?: string;
  readonly cpus?: string;
  readonly pidsLimit?: string;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly privileged?: true;
  readonly readOnly?: true;
  readonly hostname?: string;
  readonly label?: readonly string[];
  readonly ulimit?: readonly string[];
  readonly init?: true;
  readonly restart?: string;
  readonly healthCmd?: string;
  readonly healthInterval?: string;
  readonly healthTimeout?: string;
  readonly healthStartPeriod?: string;
  readonly healthStartInterval?: string;
  readonly healthRetries?: string;
  /** Commander's form of `--no-healthcheck`. */
  readonly healthcheck?: false;
  readonly stopSignal?: string;
  readonly platform?: string;
  readonly pull: 'missing' | 'always' | 'never';
  readonly detachKeys?: string;
  readonly cidfile?: string;
  readonly sigProxy: 'true' | 'false';
}

const several = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(collect);

const options: readonly Option[] = [
  new Option('-i, --interactive', 'keep standard input open'),
  new Option('-t, --tty', 'give the container a terminal'),
  new Option('--rm', 'remove the container when it exits'),
  new Option('--name <name>', 'name of the container'),
  several('-e, --env <name=value>', 'environment variable; NAME alone takes its value from here'),
  several('--env-file <file>', 'file with one environment variable a line'),
  new Option('-w, --workdir <path>', 'working directory inside the container'),
  new Option('-u, --user <user[:group]>', 'user, by name or number'),
  new Option('--entrypoint <program>', "program instead of the image's entrypoint"),
  ...networkOptions,
  several('--expose <port>', 'port or range of ports that it serves'),
  several('-p, --publish <[address:][port:]port>', 'publish a port of the container on the host'),
  several('-v, --volume <source:target[:ro]>', 'volume, or path of the host, to mount there'),
  several('--volumes-from <container[:ro]>', 'mount what another container has'),
  several('--mount <fields>', 'mount, such as type=bind,source=/srv,target=/srv,readonly'),
  new Option('-m, --memory <bytes>', 'memory limit, such as 512m'),
  new Option('--cpus <number>', 'processors, such as 1.5'),
  new Option('--pids-limit <number>', 'most processes and threads (-1: no limit)'),
  several('--cap-add <capability>', 'add a Linux capability'),
  several('--cap-drop <capability>', 'drop a Linux capability'),
  new Option('--privileged', 'all capabilities and devices: no boundary any more'),
  new Option('--read-only', 'mount the root file system read-only'),
  new Option('-h, --hostname <name>', 'host name of the container'),
  new Option('--domainname <name>', 'NIS domain name of the container'),
  several('-l, --label <name=value>', 'label'),
  several('--label-file <file>', 'file with one label a line'),
  several('--ulimit <name=soft[:hard]>', 'resource limit, such as nofile=1024:2048'),
  new Option('--init', 'run an init that forwards signals and reaps processes'),
  new Option(
    '--restart <policy>',
    'start it again: no, on-failure[:times], always, unless-stopped',
  ),
  new Option('--health-cmd <command>', 'command that says whether the container is well'),
  new Option('--health-interval <duration>', 'time between two checks, such as 30s'),
  new Option('--health-timeout <duration>', 'longest time for a check'),
  new Option(
    '--health-start-period <duration>',
    'time after the start in which failures do not count',
  ),
  new Option('--health-start-interval <duration>', 'time between two checks in that period'),
  new Option('--health-retries <number>', 'failures in a row that make it unhealthy'),
  new Option('--no-healthcheck', 'no health check, whatever the image says'),
  new Option('--stop-signal <signal>', 'signal that asks the container to stop'),
  new Option('--stop-timeout <seconds>', 'time that it has to stop'),
  several('--security-opt <option>', 'option of security, such as no-new-privileges'),
  new Option('--log-driver <driver>', 'driver of its log'),
  several('--log-opt <name=value>', 'option of that driver'),
  several('-a, --attach <stream>', 'connect only to stdin, stdout or stderr'),
  ...hostOptions,
  new Option('--platform <platform>', 'platform of the image, such as linux/arm64'),
  new Option('--pull <when>', 'fetch the image')
    .choices(['missing', 'always', 'never'])
    .default('missing'),
  new Option('-q, --quiet', 'fetch without progress'),
  new Option('--cidfile <file>', 'write the container id to this file'),
];

/** What `create` has no use for: nobody is there while it runs. */
const runOptions: readonly Option[] = [
  new Option('-d, --detach', 'run in the background and print the container id'),
  new Option('--detach-keys <keys>', 'keys that leave the terminal (default ctrl-p,ctrl-q)'),
  new Option('--sig-proxy <true|false>', 'pass signals on to the container')
    .choices(['true', 'false'])
    .default('true'),
];

/** A command line of `berth run` that is not understood ends as `docker run` does; help is no error. */
function refuseRun(error: CommanderError): never {
  if (error.exitCode === 0) throw error;
  throw new BerthError('RUN_USAGE', {
    message: error.message.replace(/^error: /, '').replaceAll('\n', ' '),
    remedy: 'See "berth run --help".',
    details: { help: 'berth run --help' },
    cause: error,
  });
}

/** Declares the options of `berth run`. Options after the image belong to the container's program. */
export function defineRunOptions(command: Command): void {
  for (const option of runOptions) command.addOption(option);
  command.exitOverride(refuseRun);
  define(command, 'image to run');
}

/** Declares the options of `berth create`. */
export function defineCreateOptions(command: Command): void {
  define(command, 'image to make it from');
}

function define(command: Command, image: string): void {
  // -h is the host name here, as with docker run.
  command.helpOption('--help', 'display help for command');
  command.argument('<image>', image).argument('[command...]', 'program and its arguments');
  command.passThroughOptions();
  for (const option of options) command.addOption(option);
}
