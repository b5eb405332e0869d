import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { hasErrno } from '../../host/files.ts';
import { runProcess } from '../../host/run-process.ts';
import { processesIn } from '../cgroup-folders.ts';
import type { OciCommand } from '../command.ts';
import { usage } from '../options.ts';
import { ContainerFolder } from '../state/container-folder.ts';

/** `berth oci ps`: the processes of a container, as ps(1) shows them, or their numbers on the host. */
export const psCommand: OciCommand = {
  options: [{ name: 'format', short: 'f', takes: 'text', help: '"table" (default) or "json"' }],
  operands: {
    usage: '<container-id> [<option of ps(1)>...]',
    minimum: 1,
    maximum: Number.POSITIVE_INFINITY,
    from: 'first',
  },
  failureStatus: 1,
  run: async ({ context, options, operands: [id = '', ...words] }) => {
    const format = options.text('format') ?? 'table';
    if (format !== 'table' && format !== 'json') throw usage(`invalid format option: "${format}"`);
    const { cgroup } = await new ContainerFolder(context, id).readState();
    const pids = await processesIn(cgroup);
    if (format === 'json') context.print(`${JSON.stringify(pids)}\n`);
    else context.print(linesOf(await listing(words), pids));
    return 0;
  },
};

async function listing(words: readonly string[]): Promise<string> {
  const args = words.length === 0 ? ['-ef'] : words;
  const { PATH } = process.env;
  const said = `ps ${args.join(' ')}`;
  try {
    const request = { program: 'ps', args, input: '', env: { PATH }, errors: 'collect' } as const;
    const { exitCode, stdout, stderr } = await runProcess(request);
    if (exitCode === 0) return stdout;
    throw psFailed(`"${said}" ended with status ${exitCode}: ${stderr.trim()}`);
  } catch (cause) {
    if (!hasErrno(cause, 'ENOENT', 'EACCES')) throw cause;
    throw psFailed(`"${said}" cannot be run: ${messageOf(cause)}`);
  }
}

/** The head, and the lines of these processes; which column has the number, the head says. */
export function linesOf(output: string, pids: readonly number[]): string {
  const [head = '', ...lines] = output.split('\n');
  const column = head.trim().split(/\s+/).indexOf('PID');
  if (column === -1) throw psFailed("couldn't find PID field in ps output");
  const shown = lines.filter((line) => pids.includes(Number(line.trim().split(/\s+/)[column])));
  return [head, ...shown].map((line) => `${line}\n`).join('');
}

function psFailed(message: string): BerthError {
  return new BerthError('OCI_PS_FAILED', {
    message,
    remedy:
      'Install ps(1) (package procps), and leave the PID column in its output; or use --format json.',
  });
}
