import { runChecked } from '../host/commands.ts';
import type { ProvisionHost } from '../host/provision-host.ts';

/**
 * The host's architecture as its repositories write it: `amd64` and `arm64` for deb, `x86_64` and `aarch64` for the
 * others. Throws COMMAND_FAILED.
 */
export async function architectureOf(host: ProvisionHost, format: string): Promise<string> {
  const command =
    format === 'deb' ? (['dpkg', '--print-architecture'] as const) : (['uname', '-m'] as const);
  return (await runChecked(host.run, command)).trim();
}
