import { applyConfigChanges } from '../../image/config-changes.ts';
import type { ImageRunConfig } from '../../image/image-config.ts';
import type { ImageId } from '../../image/image-service.ts';
import { familiarName } from '../../image/reference.ts';
import type { Reference } from '../../image/reference.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { whileStill } from '../lifecycle/stand-still.ts';
import type { ContainerConfig } from '../model/container-config.ts';
import { containerLayer } from './container-changes.ts';
import { refuseWhenGoing } from './going-container.ts';

/** What `commitContainer` is asked for. */
export interface CommitRequest {
  /** The name that the image gets; none when left out. */
  readonly name?: Reference | undefined;
  readonly author: string;
  readonly comment: string;
  /** Instructions of a Dockerfile that change the configuration. */
  readonly changes: readonly string[];
  /** Takes the place of the container's configuration, which completes it. */
  readonly config?: ContainerConfig | undefined;
  /** Whether its processes stand still while its files are read. */
  readonly processes: 'still' | 'running';
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes an image of what a container has changed.
 *
 * @throws CONTAINER_BEING_REMOVED, CONFIG_CHANGE_INVALID, IMAGE_NOT_FOUND when the container's own image is gone,
 *   LAYER_PACK_FAILED, CGROUP_FREEZE_TIMEOUT
 */
export async function commitContainer(
  state: EngineState,
  container: Container,
  request: CommitRequest,
): Promise<ImageId> {
  refuseWhenGoing(container, 'commit');
  const { record } = container;
  const own = imageConfigOf(record.config);
  const given = request.config === undefined ? own : imageConfigOf(request.config);
  const runConfig = complete(applyConfigChanges(given, request.changes), own);
  const { author, comment, name, signal, processes } = request;
  const make = (): Promise<ImageId> =>
    state.ports.images.commit({
      parent: record.imageId,
      layer: containerLayer(state, container, signal),
      runConfig,
      author,
      comment,
      createdBy: (record.config.Cmd ?? []).join(' '),
      name,
      signal,
    });
  const commit = async (): Promise<ImageId> => {
    const id = await make();
    const imageRef = name === undefined ? '' : familiarName(name);
    state.announce(container, 'commit', { comment, imageID: id, imageRef });
    return id;
  };
  return processes === 'still' ? commitStill(state, container, commit) : commit();
}

/** Docker pauses a container meanwhile, and tells so; in its record berth's goes on. */
async function commitStill(
  state: EngineState,
  container: Container,
  commit: () => Promise<ImageId>,
): Promise<ImageId> {
  const told = { pause: false };
  try {
    return await whileStill(state, container, (holds) => {
      told.pause = holds;
      if (holds) state.announce(container, 'pause');
      return commit();
    });
  } finally {
    // Somebody else may have paused or ended it since, and has told so himself.
    if (told.pause && container.record.state.status === 'running')
      state.announce(container, 'unpause');
  }
}

/** What of a container's configuration belongs to an image; the rest is about this one container. */
function imageConfigOf(config: ContainerConfig): ImageRunConfig {
  const { StopTimeout, Healthcheck, ...rest } = config;
  return {
    User: rest.User,
    ExposedPorts: rest.ExposedPorts,
    Env: rest.Env,
    Entrypoint: rest.Entrypoint,
    Cmd: rest.Cmd,
    Volumes: rest.Volumes,
    WorkingDir: rest.WorkingDir,
    Labels: rest.Labels,
    StopSignal: rest.StopSignal,
    Shell: rest.Shell,
    OnBuild: rest.OnBuild,
    ...(rest.ArgsEscaped ? { ArgsEscaped: true } : {}),
    ...(StopTimeout === null ? {} : { StopTimeout }),
    ...(Healthcheck === null ? {} : { Healthcheck }),
  };
}

/** Completes a configuration by the container's; the rules are Docker's. Empty fields are left out. */
function complete(config: ImageRunConfig, own: ImageRunConfig): ImageRunConfig {
  const names = new Set((config.Env ?? []).map(variableName));
  const missing = (own.Env ?? []).filter((variable) => !names.has(variableName(variable)));
  const noEntrypoint = isEmpty(config.Entrypoint);
  const merged: ImageRunConfig = {
    ...config,
    User: config.User || own.User,
    ExposedPorts: { ...own.ExposedPorts, ...config.ExposedPorts },
    Env: [...(config.Env ?? []), ...missing],
    Labels: { ...own.Labels, ...config.Labels },
    Cmd: noEntrypoint && isEmpty(config.Cmd) ? own.Cmd : config.Cmd,
    Entrypoint: noEntrypoint ? (config.Entrypoint ?? own.Entrypoint) : config.Entrypoint,
    Volumes: { ...own.Volumes, ...config.Volumes },
    WorkingDir: config.WorkingDir || own.WorkingDir,
    StopSignal: config.StopSignal || own.StopSignal,
    ...healthcheck(config, own),
  };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => !isNothing(value)));
}

function healthcheck(
  { Healthcheck: given }: ImageRunConfig,
  { Healthcheck: own }: ImageRunConfig,
): Pick<ImageRunConfig, 'Healthcheck'> {
  if (!given || !own) return { Healthcheck: given ?? own };
  const set = Object.entries(given).filter(([, value]) => !isNothing(value) && value !== 0);
  return { Healthcheck: { ...own, ...Object.fromEntries(set) } };
}

function variableName(variable: string): string {
  return variable.split('=', 1)[0] ?? variable;
}

function isEmpty(list: readonly unknown[] | null | undefined): boolean {
  return list === null || list === undefined || list.length === 0;
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
