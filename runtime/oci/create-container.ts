import { Cleanup } from '../errors/cleanup.ts';
import { writeFileWhole } from '../host/files.ts';
import { identify, ownIdentity } from '../host/process-identity.ts';
import { type CreatedContainer, OciRuntime } from '../launch/oci-runtime.ts';
import type { Bundle } from './bundle.ts';
import type { OciContext } from './command.ts';
import { orUnwanted, refuseUnwanted } from './end-creation.ts';
import { hookEnvironment } from './hook-environment.ts';
import { makeNotifyFolder, withNotifySocket } from './notify/notify-socket.ts';
import { writePidFile } from './pid-file.ts';
import { placed } from './placed.ts';
import { removeContainer } from './remove-container.ts';
import { logStage } from './stages.ts';
import type { ContainerFolder } from './state/container-folder.ts';
import { storedCgroup } from './stored-cgroup.ts';
import type { StoredState } from './state/stored-state.ts';
import type { ScopeRequest } from './systemd/scope.ts';

/** What `create` and `run` are told. */
export interface CreateRequest {
  readonly folder: ContainerFolder;
  readonly bundle: Bundle;
  /** What systemd is to make in place of what the config's cgroup path says. */
  readonly scope?: ScopeRequest;
  /** Absolute, as all paths here. */
  readonly pidFile: string | undefined;
  readonly consoleSocket: string | undefined;
  readonly pidfdSocket: string | undefined;
  /** `NOTIFY_SOCKET` of the caller. */
  readonly notifySocket: string | undefined;
  readonly preserveFds: number;
  readonly newKeyring: boolean;
  readonly pivot: 'with' | 'without';
  /** See `OciCreateRequest`. */
  readonly then: 'leave' | 'wait';
  /** See `OciRuntime.open`. */
  readonly cgroups: 'host' | 'none';
}

/** A container that waits for its start, and what is kept of it. */
export interface MadeContainer {
  readonly created: CreatedContainer;
  readonly state: StoredState;
  /** Ends what waits for it; the container itself goes on. */
  readonly stop: () => Promise<void>;
}

/**
 * Makes a container, up to its start. After a failure nothing of it is left.
 * @throws OCI_CONTAINER_EXISTS, OCI_PID_FILE_UNWRITABLE, and the errors of `OciRuntime.create`
 */
export async function createContainer(
  context: OciContext,
  request: CreateRequest,
): Promise<MadeContainer> {
  const { folder } = request;
  let state = await begin(context, request);
  await folder.make(state);
  const cleanup = new Cleanup();
  try {
    // Of what has been made by then, whatever fails after it.
    cleanup.add(() => removeContainer(folder, state, context.log));
    const { bundle, scope, kept } = await placed(request);
    if (scope) cleanup.add(() => scope.release());
    state = { ...state, ...kept };
    await writeFileWhole(folder.configFile, bundle.configText, {
      mode: 0o600,
      durability: 'memory',
    });
    if (request.notifySocket !== undefined) await makeNotifyFolder(folder);
    logStage(context.log, 'setUp', folder.id);
    const { runtime, created } = await make({ ...request, bundle }, cleanup);
    logStage(context.log, 'waits', `process ${created.pid}`);
    const process = await identify(created.pid);
    // At once: until the state has it, a failure would leave the container behind.
    state = {
      ...state,
      phase: 'created',
      process: process ?? { pid: created.pid, startTime: 'ended' },
      cgroup: storedCgroup(created.cgroup),
    };
    for (const warning of created.warnings) context.log.warn(warning);
    await scope?.leaveTo(created.pid);
    await folder.writeState(state);
    await refuseUnwanted(folder);
    if (request.pidFile !== undefined) await writePidFile(request.pidFile, created.pid);
    return { created, state, stop: () => runtime.stop() };
  } catch (error) {
    const reason = await orUnwanted(folder, error);
    for (const problem of await cleanup.run()) {
      context.log.warn(`while the container was removed: ${String(problem)}`);
    }
    throw reason;
  }
}

/** The state of a container that is about to be made. */
export async function begin(
  context: OciContext,
  { folder, bundle }: CreateRequest,
): Promise<StoredState> {
  const { spec } = bundle;
  return {
    id: folder.id,
    ociVersion: spec.ociVersion,
    phase: 'creating',
    process: await ownIdentity(),
    bundle: bundle.path,
    rootfs: bundle.rootfs,
    created: new Date(context.clock.now()).toISOString(),
    annotations: spec.annotations,
    cgroup: { folders: [] },
    lateHooks: (['poststart', 'poststop'] as const).filter((kind) => spec.hooks[kind].length > 0),
    sharesPids: !spec.linux.namespaces.some(
      ({ type, path }) => type === 'pid' && path === undefined,
    ),
  };
}

async function make(
  request: CreateRequest,
  cleanup: Cleanup,
): Promise<{ readonly runtime: OciRuntime; readonly created: CreatedContainer }> {
  const { folder, bundle, consoleSocket, pidfdSocket, preserveFds, cgroups } = request;
  const { newKeyring, pivot, then, notifySocket } = request;
  const runtime = await OciRuntime.open({ preserveFds, cgroups });
  cleanup.add(() => runtime.stop());
  const created = await runtime.create({
    id: folder.id,
    spec: notifySocket === undefined ? bundle.spec : withNotifySocket(bundle.spec, folder),
    bundle: bundle.path,
    rootfs: bundle.rootfs,
    runDir: folder.path,
    newKeyring,
    pivot,
    hookEnvironment: hookEnvironment(),
    then,
    heldCgroup: request.scope !== undefined,
    ...(consoleSocket === undefined ? {} : { consoleSocket }),
    ...(pidfdSocket === undefined ? {} : { pidfdSocket }),
  });
  return { runtime, created };
}
