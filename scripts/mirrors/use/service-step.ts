import { createHash } from 'node:crypto';
import { readTextIfExists } from '../../../runtime/host/files.ts';
import { groupOf, socketsOf } from '../../../templates/daemon-json.ts';
import { definitionVariable } from '../../../templates/service-command.ts';
import { apiGroup, places } from '../../host/places.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { definitionMode, serviceStepFor } from '../../plan/service-plan.ts';
import { daemonCommand, daemonEnvironment } from '../../program/daemon-command.ts';
import { detectServiceManager } from '../../services/detect.ts';
import type { Step } from '../../steps/index.ts';

type ServiceStep = Extract<Step, { kind: 'service' }>;

/** A daemon.json before and after a change. */
export interface ConfigChange {
  readonly before: string;
  readonly after: string;
}

/**
 * The step that makes the daemon take another daemon.json: the service's definition for it, which starts the daemon anew.
 * Containers run on. `undefined` where no service is set up.
 */
export async function serviceStepAfter(
  { before, after }: ConfigChange,
  host: ProvisionHost,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceStep | undefined> {
  const manager = await detectServiceManager(host);
  const stepFor = (text: string): ServiceStep =>
    serviceStepFor(manager, {
      argv: daemonCommand(),
      environment: daemonEnvironment(env),
      logFile: places.daemonLog,
      sockets: socketsOf({ path: places.daemonConfig, text }),
      group: groupOf({ path: places.daemonConfig, text }) ?? apiGroup,
      configDigest: digestOf(text),
      leftovers: [],
    });
  const [then, now] = [stepFor(before), stepFor(after)];
  const { path } = then.definition;
  const present = await readTextIfExists(host.path(path));
  if (present === undefined) return undefined;
  // The very definition that `berth up` would write now: so that `up` finds nothing to change afterwards.
  if (present === then.definition.content) return now;
  // Another version's, or made with other proxies: those stay, only the digest is another.
  const content = withDigest(present, { before, after });
  const definition = { path, content, mode: definitionMode(manager, content) };
  return { ...now, definition, companions: [] };
}

const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;

function withDigest(definition: string, { before, after }: ConfigChange): string {
  const old = digestOf(before);
  const now = digestOf(after);
  const marked = definition.includes(old)
    ? definition.replaceAll(old, now)
    : definition.replace(/sha256:[0-9a-f]{64}/, now);
  // The mark by which a running daemon tells its definition has to be another one, too.
  return marked.replace(
    new RegExp(`(${definitionVariable}=)(\\w+)`),
    (_all, name: string, mark: string) =>
      `${name}${createHash('sha256').update(`${mark} ${now}`).digest('hex').slice(0, 16)}`,
  );
}
