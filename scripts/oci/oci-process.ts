import { basename, join } from 'node:path';
import { runOci } from '../../runtime/oci/command-line.ts';
import packageJson from '../../package.json' with { type: 'json' };

/** Runs `berth oci` in this process. Resolves with the exit status. */
export function runOciProcess(argv: readonly string[]): Promise<number> {
  const { version } = packageJson;
  hideCompileCache();
  return runOci(argv, { version, workingDirectory: process.cwd(), calledAs: takeName() });
}

/** The name that the starting script was called by, which it says in a variable. Hooks are not to see that. */
function takeName(): string | undefined {
  const { BERTH_OCI_CALLED_AS: path = '' } = process.env;
  delete process.env['BERTH_OCI_CALLED_AS'];
  return path === '' ? undefined : basename(path, '.sh');
}

/** Where a checkout keeps what was compiled (scripts/berth.sh): Node.js has read that, and hooks are not to see it. */
function hideCompileCache(): void {
  const own = join(import.meta.dirname, '../../.cache/compile');
  if (process.env['NODE_COMPILE_CACHE'] === own) delete process.env['NODE_COMPILE_CACHE'];
}
