import { createHash } from 'node:crypto';
import { readTextIfExists } from '../../../runtime/host/files.ts';
import { groupOf, socketsOf } from '../../../templates/daemon-json.ts';
import { parseEnvironmentFile } from '../../../templates/environment-file.ts';
import { definitionVariable, logFileVariable } from '../../../templates/service-command.ts';
import { readFileState, textOf } from '../../host/file-state.ts';
import { apiGroup, places } from '../../host/places.ts';
import type { ProvisionHost } from '../../host/provision-host.ts';
import { serviceStepFor } from '../../plan/service-plan.ts';
import { daemonCommand, daemonEnvironment } from '../../program/daemon-command.ts';
import { detectServiceManager } from '../../services/detect.ts';
import type { Step } from '../../steps/index.ts';

type ServiceStep = Extract<Step, { kind: 'service' }>;
type ServiceFile = ServiceStep['definition'];

/** A daemon.json before and after a change. */
export interface ConfigChange {
  readonly before: string;
  readonly after: string;
}

/**
 * The step that makes the daemon take another daemon.json: the service's definition for it, which starts the daemon anew.
 * Containers run on, and the daemon keeps its proxies. `undefined` where no service is set up.
 */
export async function serviceStepAfter(
  change: ConfigChange,
  host: ProvisionHost,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ServiceStep | undefined> {
  const manager = await detectServiceManager(host);
  const environment = await presentEnvironment(host, env);
  const stepFor = (text: string): ServiceStep =>
    serviceStepFor(manager, {
      argv: daemonCommand(),
      environment,
      logFile: places.daemonLog,
      sockets: socketsOf({ path: places.daemonConfig, text }),
      group: groupOf({ path: places.daemonConfig, text }) ?? apiGroup,
      configDigest: digestOf(text),
      leftovers: [],
    });
  const [then, now] = [stepFor(change.before), stepFor(change.after)];
  const definition = await present(then.definition.path, host);
  if (definition === undefined) return undefined;
  const variables = await present(places.daemonEnvironment, host);
  const wanted = then.companions?.find(({ path }) => path === places.daemonEnvironment);
  // The very definition that `berth up` would write now: so that `up` finds nothing to change afterwards.
  if (
    definition.content === then.definition.content &&
    (variables === undefined || variables.content === wanted?.content)
  ) {
    return now;
  }
  // Another version's, or made with other proxies: those stay, only the digest is another.
  return {
    ...now,
    definition: withDigest(definition, change),
    companions: variables === undefined ? [] : [withDigest(variables, change)],
  };
}

/** The environment that the daemon has, where it has a file of its own; else what `berth up` would make it. */
async function presentEnvironment(
  host: ProvisionHost,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const text = await readTextIfExists(host.path(places.daemonEnvironment));
  if (text === undefined) return daemonEnvironment(env);
  return parseEnvironmentFile(text).filter(
    (variable) =>
      !variable.startsWith(`${definitionVariable}=`) && !variable.startsWith(`${logFileVariable}=`),
  );
}

/** A file of the service as it is. */
async function present(path: string, host: ProvisionHost): Promise<ServiceFile | undefined> {
  const state = await readFileState(host.path(path));
  return state.type === 'absent' ? undefined : { path, content: textOf(state), mode: state.mode };
}

const digestOf = (text: string): string =>
  `sha256:${createHash('sha256').update(text).digest('hex')}`;

function withDigest(file: ServiceFile, { before, after }: ConfigChange): ServiceFile {
  const old = digestOf(before);
  const now = digestOf(after);
  const marked = file.content.includes(old)
    ? file.content.replaceAll(old, now)
    : file.content.replace(/sha256:[0-9a-f]{64}/, now);
  // The mark by which a running daemon tells its definition has to be another one, too.
  const content = marked.replace(
    new RegExp(`(${definitionVariable}="?)(\\w+)`),
    (_all, name: string, mark: string) =>
      `${name}${createHash('sha256').update(`${mark} ${now}`).digest('hex').slice(0, 16)}`,
  );
  return { ...file, content };
}
