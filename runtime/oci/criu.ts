import { BerthError, messageOf } from '../errors/berth-error.ts';
import { hasErrno } from '../host/files.ts';
import { runProcess } from '../host/run-process.ts';
import type { OptionDeclaration } from './options.ts';

/** Options of `checkpoint` and `restore` that runc has for both. */
export const criuOptions: readonly OptionDeclaration[] = [
  { name: 'image-path', takes: 'text', help: 'folder of the images' },
  { name: 'work-path', takes: 'text', help: "folder of CRIU's logs" },
  { name: 'tcp-established', takes: 'flag', help: 'with TCP connections that are open' },
  { name: 'ext-unix-sk', takes: 'flag', help: 'with Unix sockets to the outside' },
  { name: 'shell-job', takes: 'flag', help: 'with a terminal of the caller' },
  { name: 'lazy-pages', takes: 'flag', help: 'memory later, when it is used' },
  { name: 'file-locks', takes: 'flag', help: 'with file locks' },
  { name: 'manage-cgroups-mode', takes: 'text', help: '"soft", "full", "strict" or "ignore"' },
  { name: 'empty-ns', takes: 'texts', help: 'a namespace without what is in it' },
  { name: 'auto-dedup', takes: 'flag', help: 'memory only once' },
];

/**
 * Why no container can be frozen into files here: CRIU is missing, does not work with this kernel, or is not driven by
 * this version of berth.
 */
export async function whyNoCriu(criu: string): Promise<BerthError> {
  const { PATH } = process.env;
  try {
    const request = { program: criu, args: ['check'], input: '', env: { PATH } } as const;
    const { exitCode, stderr } = await runProcess({ ...request, errors: 'collect' });
    if (exitCode !== 0) {
      const [said = 'no reason given'] = stderr.trim().split('\n').reverse();
      return unavailable(`"${criu} check" ended with status ${exitCode}: ${said}`, {
        remedy: 'Install a CRIU that knows this kernel; "criu check" says what it lacks.',
      });
    }
  } catch (error) {
    if (!hasErrno(error, 'ENOENT', 'EACCES')) throw error;
    return unavailable(`"${criu}" cannot be run: ${messageOf(error)}`, {
      remedy: 'Install CRIU (package criu), or name it with --criu.',
    });
  }
  return unavailable('this version of berth does not drive CRIU', {
    remedy: 'Run this container with runc or crun when it has to be checkpointed.',
  });
}

function unavailable(message: string, { remedy }: { readonly remedy: string }): BerthError {
  return new BerthError('OCI_CRIU_UNAVAILABLE', {
    message: `checkpoint and restore are not available: ${message}`,
    remedy,
  });
}
