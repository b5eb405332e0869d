import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { upgradeMessages as m } from '../../messages/areas/upgrade.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { readTextIfExists } from '../../runtime/host/files.ts';
import { groupOf, socketsOf } from '../../templates/daemon-json.ts';
import { runChecked } from '../host/commands.ts';
import { apiGroup, places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { serviceStepFor } from '../plan/service-plan.ts';
import { daemonEnvironment } from '../program/daemon-command.ts';
import { berthProgram, installedProgram, type BerthProgram } from '../program/self.ts';
import { detectServiceManager } from '../services/detect.ts';
import { serviceStep } from '../steps/service.ts';

/** The service that a version of berth wants: what only that version itself knows. */
export const serviceFiles = serviceStep.pick({
  manager: true,
  definition: true,
  companions: true,
});

/** The service that a version of berth wants. */
export type ServiceFiles = z.infer<typeof serviceFiles>;

/** Hidden option by which one version of berth asks another for its service. */
export const describeOption = '--describe-service';

/** How long a version may take to say so, in milliseconds. */
const describeTimeoutMs = 60_000;

/**
 * The service of this very version, installed in its folder below /opt/berth: for the version that changes to it.
 * Throws DAEMON_CONFIG_INVALID.
 */
export async function ownServiceFiles(
  host: ProvisionHost,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceFiles> {
  const text = (await readTextIfExists(host.path(places.daemonConfig))) ?? '';
  const file = { path: places.daemonConfig, text };
  const own = berthProgram();
  const program = own.kind === 'bundle' ? installedProgram(own.version) : own;
  const { manager, definition, companions } = serviceStepFor(await detectServiceManager(host), {
    argv: program.argv('daemon', ['--config', places.daemonConfig]),
    environment: daemonEnvironment(env),
    logFile: places.daemonLog,
    sockets: socketsOf(file),
    group: groupOf(file) ?? apiGroup,
    configDigest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
    leftovers: [],
  });
  return { manager, definition, ...(companions === undefined ? {} : { companions }) };
}

/**
 * Asks another version for its service, by running its command line. `env` has the variables that its daemon is to take
 * over. Throws UPGRADE_NO_DEFINITION when it cannot say, does not end, or is no berth.
 */
export async function askServiceFiles(
  host: ProvisionHost,
  asked: {
    readonly program: Pick<BerthProgram, 'argv' | 'version'>;
    readonly env: Readonly<Record<string, string>>;
    readonly signal: AbortSignal;
  },
): Promise<ServiceFiles> {
  const { program, env, signal } = asked;
  try {
    const argv = program.argv('cli', ['upgrade', describeOption]);
    const options = { env, signal, timeoutMs: describeTimeoutMs };
    return serviceFiles.parse(JSON.parse(await runChecked(host.run, argv, options)));
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new BerthError('UPGRADE_NO_DEFINITION', {
      message: m.noDefinition({ version: program.version, why: messageOf(cause) }),
      remedy: m.noDefinitionRemedy(),
      cause,
    });
  }
}
