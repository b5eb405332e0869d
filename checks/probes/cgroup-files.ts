import { randomBytes } from 'node:crypto';
import { AT_FDCWD, AT_REMOVEDIR } from '../../runtime/syscall/constants/fs.ts';
import { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';
import type { CheckContext } from '../context.ts';
import { runProbe } from './run-probe.ts';
import type { SyscallFailure } from './run-probe.ts';

/** Files that a new cgroup has, or why none could be made. */
export type CgroupFiles =
  | { readonly kind: 'present'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'refused'; readonly failure: SyscallFailure };

/**
 * Makes a cgroup, looks which of `names` it has, and removes it, in one program: the root cgroup lacks the files that
 * others have. Nothing is ever put into it.
 *
 * @param parent mount point of a cgroup hierarchy.
 */
export async function cgroupFiles(
  context: Pick<CheckContext, 'programs'>,
  parent: string,
  names: readonly string[],
): Promise<CgroupFiles> {
  const path = `${parent}/berth-check-${randomBytes(6).toString('hex')}`;
  const program = new ProgramBuilder('look into a new cgroup');
  program.call(`make cgroup "${path}"`, 'mkdirat', [AT_FDCWD, program.string(path), 0o755]);
  const results = program.reserve(8 * names.length);
  names.forEach((name, index) => {
    const args = [AT_FDCWD, program.string(`${path}/${name}`), 0];
    const result = program.call(`look for ${name}`, 'faccessat', args, { onError: 'ignore' });
    program.set(results.at(8 * index), result);
  });
  const remove = [AT_FDCWD, program.string(path), AT_REMOVEDIR];
  program.call(`remove cgroup "${path}"`, 'unlinkat', remove);
  program.reply(results, 8 * names.length);
  const result = await runProbe(context, program);
  if (result.kind === 'refused') return result;
  const { data } = result;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return {
    kind: 'present',
    names: new Set(names.filter((_, index) => view.getBigInt64(8 * index, true) === 0n)),
  };
}
