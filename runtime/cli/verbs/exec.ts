import type { Command } from 'commander';
import { Option } from 'commander';
import { BerthError } from '../../errors/berth-error.ts';
import { segment } from '../client/client.ts';
import { fieldsOf, numberAt, textAt } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { collectEnvironment } from '../create/environment.ts';
import { inspectContainer } from '../inspect-container.ts';
import { defaultDetachKeys, parseDetachKeys } from '../session/detach-keys.ts';
import { runExec } from '../session/exec-session.ts';
import { requireTerminal } from '../session/stay-attached.ts';
import type { VerbInput } from '../verb.ts';
import { defineVerb } from '../verb.ts';

interface Options {
  readonly detach?: true;
  readonly interactive?: true;
  readonly tty?: true;
  readonly privileged?: true;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly user?: string;
  readonly workdir?: string;
  readonly detachKeys?: string;
}

const options: readonly Option[] = [
  new Option('-d, --detach', 'run in the background'),
  new Option('-i, --interactive', 'connect standard input'),
  new Option('-t, --tty', 'give the command a terminal'),
  new Option(
    '-e, --env <name=value>',
    'environment variable; NAME alone takes its value from here',
  ).argParser(collect),
  new Option('--env-file <file>', 'file with one environment variable a line').argParser(collect),
  new Option('-u, --user <user[:group]>', 'user, by name or number'),
  new Option('-w, --workdir <path>', 'working directory inside the container'),
  new Option('--privileged', 'all capabilities for the command'),
  new Option('--detach-keys <keys>', 'keys that leave the terminal (default ctrl-p,ctrl-q)'),
];

/** The body of `POST /containers/{id}/exec`. */
async function execBody({
  context,
  args: [, ...command],
  options: given,
}: VerbInput<Options>): Promise<Readonly<Record<string, unknown>>> {
  const attached = given.detach !== true;
  const size = given.tty ? context.console.output.size() : undefined;
  return {
    AttachStdin: attached && given.interactive === true,
    AttachStdout: attached,
    AttachStderr: attached,
    Tty: given.tty === true,
    ...(size === undefined ? {} : { ConsoleSize: [size.rows, size.columns] }),
    Cmd: command,
    Env: await collectEnvironment(given, context.env),
    User: given.user ?? '',
    WorkingDir: given.workdir ?? '',
    Privileged: given.privileged === true,
    DetachKeys: given.detachKeys ?? '',
  };
}

/** What can be refused before anything is made, is. */
async function checkFirst(input: VerbInput<Options>): Promise<string> {
  const { context, client, args, options: given } = input;
  parseDetachKeys(given.detachKeys ?? '');
  // A container that is not there is the first thing to be told of, as docker does.
  const { id } = await inspectContainer(client, args[0] ?? '');
  if (!given.detach) {
    const streams = given.tty ? 'terminal' : 'pipes';
    requireTerminal(context, { streams, input: given.interactive ? 'console' : 'none' });
  }
  return id;
}

async function execute(input: VerbInput<Options>): Promise<number> {
  const { context, client, options: given } = input;
  const container = await checkFirst(input);
  const path = `/containers/${segment(container)}/exec`;
  const made = await client.json({ method: 'POST', path, body: await execBody(input) });
  const id = textAt(fieldsOf(made, 'exec'), 'Id');
  const at = `/exec/${segment(id)}`;
  const tty = given.tty === true;
  if (given.detach) {
    await client.text({ method: 'POST', path: `${at}/start`, body: { Detach: true, Tty: tty } });
    return 0;
  }
  const end = await runExec({
    console: context.console,
    client,
    path: at,
    streams: tty ? 'terminal' : 'pipes',
    input: given.interactive ? 'console' : 'none',
    detachBytes: parseDetachKeys(tty ? (given.detachKeys ?? defaultDetachKeys) : ''),
  });
  if (end === 'detached') return 0;
  const found = fieldsOf(await client.json({ method: 'GET', path: `${at}/json` }), 'exec');
  // The daemon closes the connection of a terminal that goes on when the console is gone.
  if (found['ExitCode'] === null) return 0;
  return numberAt(found, 'ExitCode');
}

/** `berth exec`: executes a command in a running container. Exit codes as `docker exec`: the command's own. */
export const exec = defineVerb<Options>({
  define: (command: Command) => {
    command
      .argument('<container>', 'running container')
      .argument('<command...>', 'program and its arguments')
      .passThroughOptions();
    for (const option of options) command.addOption(option);
  },
  run: async (input) => {
    if (input.options.workdir?.startsWith('/') === false) {
      throw new BerthError('OPTION_INVALID', {
        message: `--workdir is '${input.options.workdir}', wanted an absolute path inside the container`,
        remedy: 'For example: --workdir /srv',
      });
    }
    return execute(input);
  },
});
