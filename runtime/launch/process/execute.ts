import { posix } from 'node:path';
import type { Process } from '../../spec/process.ts';
import { AT_FDCWD, S_IFDIR, S_IFMT } from '../../syscall/constants/fs.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Address } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { statMode, statSize } from '../../syscall/tree/stat.ts';

/** Step labels begin with this, so that a failure to execute can be told from one to prepare. */
export const executeLabel = 'execute';

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Executes the program: by its path, or searched for in the container's PATH as execvp(3) does. What is found but may
 * not be executed (EACCES) does not end the search, and is the error when nothing better is found.
 *
 * @param argv the arguments, when they are not known yet.
 */
export function execute(
  p: ProgramBuilder,
  { args, env }: Process,
  argv: Address = p.stringArray(args),
): void {
  const [program = ''] = args;
  const envp = p.stringArray(env);
  const label = `${executeLabel} ${program}`;
  if (program.includes('/')) {
    p.call(label, 'execve', [p.string(program), argv, envp]);
    return;
  }
  const denied = p.reserve(8);
  const failed = p.label();
  const error = p.reserve(8);
  for (const folder of searchPath(env)) {
    const next = p.label();
    const notDenied = p.label();
    const path = p.string(posix.join(folder === '' ? '.' : folder, program));
    const result = p.call(label, 'execve', [path, argv, envp], { onError: 'ignore' });
    p.set(error, p.compute('sub', 0, result));
    p.jumpIf('ne', p.value(error), errnoNumber('EACCES'), notDenied);
    p.set(denied, 1);
    p.jump(next);
    p.place(notDenied);
    for (const missing of ['ENOENT', 'ENOTDIR'])
      p.jumpIf('eq', p.value(error), errnoNumber(missing), next);
    p.jump(failed);
    p.place(next);
  }
  p.set(error, errnoNumber('ENOENT'));
  p.jumpIf('eq', p.value(denied), 0, failed);
  p.set(error, errnoNumber('EACCES'));
  p.place(failed);
  p.fail(label, p.value(error));
}

/**
 * Looks whether there is something to execute, without executing it: for the moment when a container is made and its
 * program waits. What cannot be told yet, such as a file that only the program's user may see, is left to `execute`.
 */
export function findProgram(p: ProgramBuilder, { args, env, cwd }: Process): void {
  const [program = ''] = args;
  const label = `${executeLabel} ${program}`;
  const folders = program.includes('/') ? [''] : searchPath(env);
  const [found, denied] = [p.label(), p.label()];
  const status = p.reserve(statSize);
  const isDenied = p.reserve(8);
  for (const folder of folders) {
    const [next, failed] = [p.label(), p.label()];
    const path = p.string(posix.resolve(cwd, folder, program));
    const result = p.call(label, 'newfstatat', [AT_FDCWD, path, status, 0], { onError: failed });
    const mode = p.load(32, p.compute('add', status, statMode));
    p.set(isDenied, 1);
    p.jumpIf('eq', p.compute('and', mode, S_IFMT), S_IFDIR, next);
    p.jumpIf('ne', p.compute('and', mode, 0o111), 0, found);
    p.jump(next);
    p.place(failed);
    for (const missing of ['ENOENT', 'ENOTDIR'])
      p.jumpIf('eq', result, -errnoNumber(missing), next);
    p.jump(found);
    p.place(next);
  }
  p.jumpIf('ne', p.value(isDenied), 0, denied);
  p.fail(label, errnoNumber('ENOENT'));
  p.place(denied);
  p.fail(label, errnoNumber('EACCES'));
  p.place(found);
}

function searchPath(env: readonly string[]): readonly string[] {
  const variable = env.find((entry) => entry.startsWith('PATH='));
  return (variable?.slice('PATH='.length) ?? defaultPath).split(':');
}
