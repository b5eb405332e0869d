import { runOci } from '../../runtime/oci/command-line.ts';
import packageJson from '../../package.json' with { type: 'json' };

/** Runs `berth oci` in this process. Resolves with the exit status. */
export function runOciProcess(argv: readonly string[]): Promise<number> {
  return runOci(argv, { version: packageJson.version, workingDirectory: process.cwd() });
}
