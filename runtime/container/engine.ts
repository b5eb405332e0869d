import type { ImageId } from '../image/image-service.ts';
import type { PathStatus } from './archive/path-status.ts';
import { readArchive, statPath } from './archive/read-archive.ts';
import type { PathArchive } from './archive/read-archive.ts';
import { writeArchive } from './archive/write-archive.ts';
import type { ExtractRequest } from './archive/write-archive.ts';
import { Attachment } from './attach/attach.ts';
import type { AttachRequest } from './attach/attach.ts';
import { refuseAttach } from './attach/refuse-attach.ts';
import type { CheckpointPlace } from './checkpoint/checkpoint-folder.ts';
import { type Checkpoints, checkpointsOf } from './checkpoint/checkpoints.ts';
import { commitContainer } from './changes/commit-container.ts';
import type { CommitRequest } from './changes/commit-container.ts';
import { containerArchive, containerChanges } from './changes/container-changes.ts';
import { refuseWhenGoing } from './changes/going-container.ts';
import type { FileChange } from './changes/list-changes.ts';
import { createContainer } from './create/create-container.ts';
import type { CreatedContainer, CreateOptions } from './create/create-container.ts';
import type { ContainerEvent } from './events/container-event.ts';
import { createExecs } from './exec/execs.ts';
import type { Execs } from './exec/execs.ts';
import type { Container } from './lifecycle/container.ts';
import { closeEngine } from './lifecycle/close-engine.ts';
import { EngineState } from './lifecycle/engine-state.ts';
import type { EngineCounts } from './lifecycle/engine-state.ts';
import { killContainer } from './lifecycle/kill-container.ts';
import { pauseContainer, unpauseContainer } from './lifecycle/pause-container.ts';
import { pruneContainers } from './lifecycle/prune-containers.ts';
import type { Pruned, PruneRequest } from './lifecycle/prune-containers.ts';
import { recoverContainers } from './lifecycle/recover.ts';
import { linkNames, shownLinks } from './links/linked-containers.ts';
import { removeLink } from './links/remove-link.ts';
import { removeContainer } from './lifecycle/remove-container.ts';
import type { Removal } from './lifecycle/remove-container.ts';
import { renameContainer } from './lifecycle/rename-container.ts';
import { resizeTerminal } from './lifecycle/resize-terminal.ts';
import type { TerminalSize } from './lifecycle/resize-terminal.ts';
import { restartContainer } from './lifecycle/restart-container.ts';
import { startAgain, startContainer } from './lifecycle/start-container.ts';
import { stopContainer } from './lifecycle/stop-container.ts';
import type { StopOptions } from './lifecycle/stop-container.ts';
import { waitFor } from './lifecycle/wait-for.ts';
import type { WaitCondition, WaitResult } from './lifecycle/wait-for.ts';
import { logPlan } from './log-drivers/log-plan.ts';
import { readableLog } from './log-drivers/readable-log.ts';
import { readLogs } from './logs/read-logs.ts';
import type { LogQuery } from './logs/read-logs.ts';
import { connectContainer, disconnectContainer } from './networking/connect-container.ts';
import { pruneNetworks } from './networking/prune-networks.ts';
import type { NetworkPruneRequest } from './networking/prune-networks.ts';
import type { ContainerNetworks } from './networking/container-networks.ts';
import type { EndpointSettings } from './model/networking-config.ts';
import { SIGKILL, parseSignal } from './model/signals.ts';
import type { UpdateRequest } from './model/update-request.ts';
import type { ContainerPorts } from './ports.ts';
import { containerLayers } from './query/container-layers.ts';
import { containerSize } from './query/container-size.ts';
import type { ContainerSize } from './query/container-size.ts';
import { listContainers } from './query/list-containers.ts';
import type { ListQuery } from './query/list-containers.ts';
import type { ProcessList } from './query/parse-process-list.ts';
import { listProcesses } from './query/process-list.ts';
import { followUsage } from './query/usage.ts';
import type { UsageSample } from './query/usage.ts';
import type { ContainerFolder } from './store/container-paths.ts';
import { updateContainer } from './update/update-container.ts';
import type { Volumes } from './volumes/volumes.ts';

/**
 * Containers as the API sees them: one method an operation, each a file of its own behind it. Names are what Docker
 * takes: a full id, a name, or the beginning of an id; all methods throw CONTAINER_NOT_FOUND and
 * CONTAINER_ID_AMBIGUOUS for those that fit nothing or several.
 */
export interface ContainerEngine {
  find(nameOrId: string): Container;
  list(query: ListQuery): Promise<readonly Container[]>;
  create(options: CreateOptions): Promise<CreatedContainer>;
  /** @param place the checkpoint that it goes on from; absent: it begins anew */
  start(nameOrId: string, place?: CheckpointPlace): Promise<void>;
  stop(nameOrId: string, options: StopOptions): Promise<void>;
  restart(nameOrId: string, options: StopOptions): Promise<void>;
  /** @param signal name or number; empty: SIGKILL */
  kill(nameOrId: string, signal: string): Promise<void>;
  pause(nameOrId: string): Promise<void>;
  unpause(nameOrId: string): Promise<void>;
  rename(nameOrId: string, name: string): Promise<void>;
  remove(nameOrId: string, removal: Removal): Promise<void>;
  /** See `linkNames`. */
  linkNames(): ReadonlyMap<string, readonly string[]>;
  /** See `shownLinks`. */
  shownLinks(container: Container): readonly string[];
  /** See `removeLink`. */
  removeLink(name: string): Promise<void>;
  /** Removes those that do not run. */
  prune(request: PruneRequest): Promise<Pruned>;
  resize(nameOrId: string, size: TerminalSize): void;
  /** Finds the container at once; the returned promise is what waiting comes to. */
  wait(nameOrId: string, condition: WaitCondition, signal: AbortSignal): Promise<WaitResult>;
  /** @throws LOG_UNREADABLE */
  logs(nameOrId: string, query: LogQuery, signal: AbortSignal): AsyncIterable<Uint8Array>;
  attach(nameOrId: string, request: AttachRequest): Promise<Attachment>;
  /** What the container has changed of its image's files. */
  changes(nameOrId: string): Promise<readonly FileChange[]>;
  /** All files as the container sees them, as a tar archive. */
  export(nameOrId: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** What the container has at a path, with all that is mounted in it. */
  statPath(nameOrId: string, path: string): Promise<PathStatus>;
  /** Packs what it has there (`docker cp` out of it). */
  readArchive(nameOrId: string, path: string, signal: AbortSignal): Promise<PathArchive>;
  /** Extracts an archive into a folder of it (`docker cp` into it). */
  writeArchive(nameOrId: string, request: Omit<ExtractRequest, 'shown'>): Promise<void>;
  /** Makes an image of what the container has changed. */
  commit(nameOrId: string, request: CommitRequest): Promise<ImageId>;
  /** Changes limits and restart policy; gives warnings. */
  update(nameOrId: string, request: UpdateRequest): Promise<readonly string[]>;
  /** The processes of a container, as ps(1) shows them with these options. */
  top(nameOrId: string, psArgs: string): Promise<ProcessList>;
  /** What a container uses, each second until it is removed; `undefined` while it does not run. */
  usage(nameOrId: string, signal: AbortSignal): AsyncIterable<UsageSample | undefined>;
  readonly networks: ContainerNetworks;
  /** Connects a container to one more network. */
  connect(nameOrId: string, network: string, settings: EndpointSettings): Promise<void>;
  /** Disconnects a container from a network. */
  disconnect(nameOrId: string, network: string): Promise<void>;
  /** Removes networks that no running container is connected to; gives their names. */
  pruneNetworks(request: NetworkPruneRequest): Promise<readonly string[]>;
  readonly checkpoints: Checkpoints;
  readonly execs: Execs;
  readonly counts: Readonly<EngineCounts>;
  readonly volumes: Volumes;
  /** Hears of everything that happens. Returns what ends that. */
  onEvent(listener: (event: ContainerEvent) => void): () => void;
  /** Reads the container's whole layer: only for those who ask. */
  size(container: Container): Promise<ContainerSize>;
  /**
   * Ends what berthd does by itself: nothing is started, again or at all, and no health is asked after. Resolves when what
   * was being started is, or takes long. Containers run on.
   */
  close(): Promise<void>;
  /** The files of a container: `docker inspect` names them. */
  paths(container: { readonly id: string }): ContainerFolder;
  /** Folders of its read-only layers, topmost first; none when they have gone. */
  layers(container: { readonly id: string }): Promise<readonly string[]>;
}

/** What happens to containers and volumes, for those who listen. */
export type ContainerEvents = Pick<ContainerEngine, 'onEvent' | 'volumes' | 'networks'>;

/**
 * Finds the containers that are there, and makes an engine of the parts.
 *
 * @param listen is called before anything happens: what has happened while no berthd was there is told when it is found
 */
export async function createContainerEngine(
  ports: ContainerPorts,
  listen?: (events: ContainerEvents) => void,
): Promise<ContainerEngine> {
  const state = await EngineState.open(ports, startAgain);
  const engine = engineOf(state);
  listen?.(engine);
  await recoverContainers(state);
  return engine;
}

function engineOf(state: EngineState): ContainerEngine {
  const { ports } = state;
  const find = (nameOrId: string): Container => state.index.find(nameOrId);
  return {
    find,
    list: (query) => listContainers({ ...ports, index: state.index }, query),
    create: (options) => createContainer(state, options),
    start: async (name, place) => startContainer(state, find(name), place),
    checkpoints: checkpointsOf(state, find),
    stop: async (name, options) => stopContainer(state, find(name), options),
    restart: async (name, options) => restartContainer(state, find(name), options),
    kill: async (name, signal) => {
      const number = signal === '' ? SIGKILL : parseSignal(signal);
      await killContainer(state, find(name), { signal: number, reason: 'kill' });
    },
    pause: async (name) => pauseContainer(state, find(name)),
    unpause: async (name) => unpauseContainer(state, find(name)),
    rename: async (name, newName) => renameContainer(state, find(name), newName),
    remove: async (name, removal) =>
      removeContainer(state, find(name), { shown: name, ...removal }),
    linkNames: () => linkNames(state),
    shownLinks: (container) => shownLinks(state, container),
    removeLink: async (name) => removeLink(state, name),
    prune: async (request) => pruneContainers(state, request),
    resize: (name, size) => {
      resizeTerminal(state, find(name), size);
    },
    wait: (name, condition, signal) => waitFor(find(name), condition, signal),
    logs: (name, query, signal) => {
      const container = find(name);
      const { path, rotation } = readableLog(state, container);
      const rotates = rotation !== undefined;
      return readLogs({ container, path, rotates, clock: ports.clock, signal }, query);
    },
    attach: async (name, request) => {
      const container = find(name);
      refuseAttach(container, name);
      const { path, rotation } = logPlan(container.record, state.folder(container));
      const log = { path, rotates: rotation !== undefined };
      const attachment = await Attachment.open({
        ...{ container, log, request },
        onDetach: () => {
          state.announce(container, 'detach');
        },
      });
      state.announce(container, 'attach');
      return attachment;
    },
    changes: async (name) => containerChanges(state, find(name)),
    export: (name, signal) => {
      const container = find(name);
      refuseWhenGoing(container, 'export');
      return containerArchive(state, container, signal);
    },
    statPath: async (name, path) => statPath(state, find(name), { path, shown: name }),
    readArchive: async (name, path, signal) =>
      readArchive(state, find(name), { path, shown: name, signal }),
    writeArchive: async (name, request) =>
      writeArchive(state, find(name), { ...request, shown: name }),
    commit: async (name, request) => commitContainer(state, find(name), request),
    update: async (name, request) => updateContainer(state, find(name), request),
    top: async (name, psArgs) => listProcesses(state, find(name), psArgs),
    usage: (name, signal) => followUsage(state, find(name), signal),
    networks: ports.networks,
    connect: async (name, network, settings) =>
      connectContainer(state, find(name), { network, settings }),
    disconnect: async (name, network) => disconnectContainer(state, find(name), network),
    pruneNetworks: async (request) => pruneNetworks(state, request),
    execs: createExecs(state, find),
    volumes: state.volumes,
    counts: state.counts,
    onEvent: (listener) => state.events.add(listener),
    size: (container) => containerSize(ports, container.record),
    close: () => closeEngine(state),
    paths: (container) => state.folder(container),
    layers: (container) => containerLayers(ports, container),
  };
}
