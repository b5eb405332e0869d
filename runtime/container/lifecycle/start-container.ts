import { BerthError } from '../../errors/berth-error.ts';
import { mkdir, readTextIfExists, rm, writeFile } from '../../host/files.ts';
import { repairLog } from '../logs/repair-log.ts';
import { isLive, started, startFailed } from '../model/container-state.ts';
import { SIGKILL } from '../model/signals.ts';
import type { StartRequest } from '../ports.ts';
import { buildSpec } from '../spec/build-spec.ts';
import { LayeredRootfs } from '../spec/layered-rootfs.ts';
import { hostnameFile, hostsFile, resolvConfFile } from '../spec/network-files.ts';
import { resolveUser } from '../spec/resolve-user.ts';
import { containerDevices } from '../spec/spec-devices.ts';
import { readSubmounts } from '../spec/submounts.ts';
import type { Container } from './container.ts';
import { connectTo } from './connection.ts';
import { dispose } from './dispose.ts';
import type { EngineState } from './engine-state.ts';
import { startFailureOf } from './exit-status.ts';
import { recordExit } from './record-exit.ts';

/**
 * Starts a container's program.
 *
 * @throws CONTAINER_ALREADY_IN_STATE it runs; CONTAINER_BEING_REMOVED; EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE with
 *   Docker's words; CONTAINER_USER_NOT_FOUND; what `ContainerRuntime.start` throws
 */
export function startContainer(state: EngineState, container: Container): Promise<void> {
  return container.queue.run(async () => {
    refuseUnlessStartable(container);
    try {
      await launch(state, container);
    } catch (thrown) {
      const program = container.record.config.Entrypoint?.[0] ?? container.record.config.Cmd?.[0];
      const failure = startFailureOf(thrown, program ?? '');
      const next = startFailed(container.record.state, {
        exitCode: failure.exitCode,
        error: failure.message,
      });
      container.record = { ...container.record, state: next };
      container.turns.emit({ kind: 'start-failed' });
      // Docker's client waits for the removal before it shows the error.
      if (container.record.hostConfig.AutoRemove) await dispose(state, container);
      else await state.records.save(container.record);
      throw failure.error;
    }
  });
}

function refuseUnlessStartable(container: Container): void {
  const { status } = container.record.state;
  if (isLive(container.record.state)) {
    throw new BerthError('CONTAINER_ALREADY_IN_STATE', {
      message: 'container is already started',
      details: { status },
    });
  }
  if (container.removing || status === 'dead') {
    throw new BerthError('CONTAINER_BEING_REMOVED', {
      message: 'container is marked for removal and cannot be started',
      remedy: 'Create another container.',
      details: { container: container.id },
    });
  }
}

/** Prepares everything, executes the program, and records that it runs. */
async function launch(state: EngineState, container: Container): Promise<void> {
  const request = await prepare(state, container);
  const { warnings } = await state.ports.runtime.start(request);
  for (const warning of warnings) state.ports.notice(warning, { container: container.id });
  const connection = await connectTo(state, container);
  const now = state.ports.clock.now();
  try {
    await state.save(container, {
      ...container.record,
      state: started(container.record.state, now),
    });
  } catch (error) {
    // What cannot be recorded must not run: nobody would know of it.
    connection?.signal(SIGKILL);
    throw error;
  }
  if (connection !== undefined) {
    container.turns.emit({ kind: 'started', stdin: connection.stdin });
  }
  state.announce(container, 'start');
  // Without a monitor the program has already ended: for everybody else it ran none the less.
  if (connection === undefined) await recordExit(state, container);
}

async function prepare(state: EngineState, container: Container): Promise<StartRequest> {
  const { ports } = state;
  const { record } = container;
  const folder = state.folder(container);
  // An exit record in the run folder must be that of the run to come, or it would be taken for it.
  await rm(folder.runFolder, { recursive: true, force: true });
  const hasBinds =
    [...(record.hostConfig.Binds ?? []), ...(record.hostConfig.Mounts ?? [])].length > 0;
  const [rootfs, devices, hostResolvConf, hasSubmounts] = await Promise.all([
    ports.snapshots.containerRootfs(record.id),
    containerDevices(record.hostConfig),
    readTextIfExists(ports.host.resolvConfPath),
    hasBinds ? readSubmounts() : () => false,
    mkdir(folder.runFolder, { recursive: true, mode: 0o700 }),
  ]);
  if (record.state.startedAt !== 0 && !container.logIsWhole) await repairLog(folder.log);
  container.logIsWhole = true;
  const files = new LayeredRootfs(rootfs, ports.isOpaque);
  const [passwd = '', group = ''] = await Promise.all([
    files.readText('/etc/passwd'),
    files.readText('/etc/group'),
    writeFile(folder.hostname, hostnameFile(record), { mode: 0o644 }),
    writeFile(folder.hosts, hostsFile(record), { mode: 0o644 }),
    writeFile(folder.resolvConf, resolvConfFile(record, hostResolvConf ?? ''), { mode: 0o644 }),
  ]);
  const user = resolveUser(record.config.User, record.hostConfig.GroupAdd ?? [], { passwd, group });
  return {
    id: record.id,
    spec: buildSpec({ record, folder, user, devices, hasSubmounts }),
    rootfs,
    runDir: folder.runFolder,
    logFile: folder.log,
    stdin: record.config.OpenStdin ? 'open' : 'none',
  };
}
