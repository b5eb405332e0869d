import type { IdMapping } from '../../spec/id-mappings.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import { decimal } from '../../syscall/decimal.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** Where the helpers are. */
const folders = ['/usr/bin', '/bin', '/usr/local/bin'];

/** What a helper ends with when it is not there, as shells have it. */
const notFound = 127;

/** A mapping that a program with the rights to it is to write. */
export interface MapHelper {
  readonly helper: 'newuidmap' | 'newgidmap';
  /** The process in the new user namespace. */
  readonly child: Ref;
  readonly mappings: readonly IdMapping[];
  readonly label: string;
}

/** Runs newuidmap(1) or newgidmap(1) to its end: `newuidmap <pid> <id inside> <id outside> <count> ...`. */
export function runMapHelper(
  p: ProgramBuilder,
  { helper, child, mappings, label }: MapHelper,
): void {
  const numbers = mappings.flatMap(({ containerID, hostID, size }) =>
    [containerID, hostID, size].map(String),
  );
  const argv = p.stringArray([helper, '', ...numbers]);
  const { start } = decimal(p, child);
  p.set(argv.at(8), start);
  const waiting = p.label();
  const process = p.call(`${label}: fork ${helper}`, 'clone', [SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', process, 0, waiting);
  for (const folder of folders) {
    const args = [p.string(`${folder}/${helper}`), argv, p.stringArray([])];
    p.call(`execute ${helper}`, 'execve', args, { onError: 'ignore' });
  }
  p.exit(notFound);

  p.place(waiting);
  const status = p.reserve(8);
  const [ok, there] = [p.label(), p.label()];
  p.call(`${label}: wait for ${helper}`, 'wait4', [process, status, 0, 0]);
  p.jumpIf('eq', p.value32(status), 0, ok);
  p.jumpIf('ne', p.value32(status), notFound << 8, there);
  p.fail(`${label}: ${helper} is not installed`, errnoNumber('ENOENT'));
  p.place(there);
  p.fail(`${label}: ${helper} refuses them`, errnoNumber('EPERM'));
  p.place(ok);
}
