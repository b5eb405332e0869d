import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { parseDaemonConfig } from '../../runtime/config/daemon-config.ts';
import { dataRootOf, groupOf, mergeDaemonConfig, socketsOf } from '../../templates/daemon-json.ts';
import { apiGroup, dataFolders, dataRootLock, places } from '../host/places.ts';
import type { Step } from '../steps/index.ts';
import type { DesiredState } from './desired-state.ts';
import { fixSteps } from './fix-steps.ts';
import type { HostFacts } from './host-facts.ts';
import { serviceStepFor } from './service-plan.ts';

/**
 * Everything that `berth up` does to a host, in order: first what the kernel needs, then folders and configuration,
 * then the service. A pure function; steps that are done already are told apart when the plan is applied or shown.
 *
 * @throws BerthError DAEMON_CONFIG_INVALID.
 */
export function planSteps(desired: DesiredState, facts: HostFacts): readonly Step[] {
  const config = { path: places.daemonConfig, text: facts.daemonConfig };
  const dataRoot = desired.dataRoot ?? dataRootOf(config) ?? places.dataRoot;
  const sockets = [
    desired.apiSocket,
    ...(desired.dockerSocket === 'serve' ? [places.dockerSocket] : []),
  ];
  const merged = mergeDaemonConfig(config, {
    ...desired.extras.daemonConfig,
    ...(desired.dataRoot === undefined ? {} : { dataRoot: desired.dataRoot }),
    sockets,
    group: apiGroup,
  });
  // By the daemon's own parser, before anything is changed: one that it refuses would not start.
  parseDaemonConfig(merged, places.daemonConfig);
  return [
    // Package sources among them, which the packages of fixes come from.
    ...desired.extras.before,
    ...fixSteps(desired.fixes, facts),
    { kind: 'group', name: apiGroup },
    folder(places.configFolder, { mode: 0o755, removes: 'empty' }),
    ...(desired.dataRoot === undefined ? [] : parentsOf(desired.dataRoot)),
    ...dataFolderSteps(dataRoot),
    folder(places.runFolder, { mode: 0o755, removes: 'contents' }),
    ...socketFolderSteps(desired.apiSocket),
    folder(places.logFolder, { mode: 0o750, removes: 'contents' }),
    { kind: 'write-file', path: places.daemonConfig, content: merged, mode: 0o644 },
    serviceStepFor(facts.serviceManager, {
      argv: desired.daemonArgv,
      environment: desired.daemonEnvironment,
      logFile: places.daemonLog,
      sockets: socketsOf({ path: places.daemonConfig, text: merged }),
      group: groupOf({ path: places.daemonConfig, text: merged }) ?? apiGroup,
      configDigest: `sha256:${createHash('sha256').update(merged).digest('hex')}`,
      leftovers: [
        ...sockets.filter((path) => !path.startsWith(`${places.runFolder}/`)),
        join(dataRoot, dataRootLock),
      ],
    }),
    ...desired.extras.after,
  ];
}

type FolderStep = Extract<Step, { kind: 'make-folder' }>;

function folder(path: string, options: Pick<FolderStep, 'mode' | 'removes'>): FolderStep {
  return { kind: 'make-folder', path, ...options };
}

/** A data root of the user's choice may lie in folders that are not there yet. */
function parentsOf(path: string): readonly Step[] {
  const parent = dirname(path);
  if (parent === '/') return [];
  return [...parentsOf(parent), folder(parent, { mode: 0o755, removes: 'empty' })];
}

/**
 * The folders below the data root, each by itself: a data root that was there before, and whatever else is in it, is
 * never berth's to remove.
 */
function dataFolderSteps(dataRoot: string): readonly Step[] {
  return [
    folder(dataRoot, { mode: 0o711, removes: 'empty' }),
    ...dataFolders.map((name) => folder(join(dataRoot, name), { mode: 0o711, removes: 'data' })),
  ];
}

function socketFolderSteps(apiSocket: string): readonly Step[] {
  const parent = dirname(apiSocket);
  return parent === places.runFolder ? [] : [folder(parent, { mode: 0o755, removes: 'empty' })];
}
