import { hostname } from 'node:os';

import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { sideBySide } from '../../concurrency/side-by-side.ts';
import { Cleanup } from '../../errors/cleanup.ts';
import { writeFile } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { makeFolders } from '../../host/make-folders.ts';
import type { Platform } from '../../image/image-config.ts';
import type { ImageDetails } from '../../image/image-service.ts';
import { logPlan } from '../log-drivers/log-plan.ts';
import { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { newContainerId, shortId } from '../model/container-id.ts';
import type { ContainerId } from '../model/container-id.ts';
import { parseContainerName } from '../model/container-name.ts';
import { recordVersion } from '../model/container-record.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { initialState } from '../model/container-state.ts';
import type { CreateRequest } from '../model/create-request.ts';
import { randomName } from '../model/random-name.ts';
import { programArguments } from '../spec/build-spec.ts';
import { containerCapabilities } from '../spec/capability-set.ts';
import { parseSecurityOptions } from '../spec/security-options.ts';
import { specRlimits } from '../spec/spec-rlimits.ts';
import type { ContainerPorts } from '../ports.ts';
import type { NameReservation } from '../store/container-index.ts';
import { cgroupPlaceOf } from '../spec/cgroup-place.ts';
import { blockIoResources } from '../spec/spec-block-io.ts';
import { specResources } from '../spec/spec-resources.ts';
import { fillVolumes, releaseVolumes, takeVolumes } from '../volumes/container-volumes.ts';
import { takeImages } from '../volumes/image-mounts.ts';
import { resolveMounts } from '../volumes/resolve-mounts.ts';
import type { ReadOnlyBinds } from '../volumes/resolve-mounts.ts';
import { resolveLinks } from '../links/resolve-links.ts';
import { askedNetworks } from '../networking/asked-networks.ts';
import { completeHostConfig } from './complete-host-config.ts';
import { limitWarnings } from './limit-warnings.ts';
import { createWarnings } from './create-warnings.ts';
import { mergeImageConfig } from './merge-image-config.ts';
import { prepareBinds } from './prepare-binds.ts';
import { withDonorIds } from '../model/namespace-mode.ts';
import { refuseRemapped } from './refuse-remapped.ts';
import { refuseUnsupported } from './refusals.ts';
import { verifyRequest } from './verify-request.ts';

/** What came of a creation. */
export interface CreatedContainer {
  readonly id: ContainerId;
  /** What the client should know, though nothing is wrong. */
  readonly warnings: readonly string[];
}

/** What `createContainer` is asked for. */
export interface CreateOptions {
  readonly request: CreateRequest;
  /** Without one, berth makes one up. */
  readonly name?: string | undefined;
  /** The processor and system that the image must be for, such as `linux/arm64`; any when left out. */
  readonly platform?: Platform | undefined;
  /** Whether what is mounted below a read-only bind is read-only as well, unless the client says; `recursive` when left out. */
  readonly readOnlyBinds?: ReadOnlyBinds;
}

/**
 * Makes a container: checks all that is asked for, then its folder with the writable layer and an empty log, and last
 * its record, which makes it exist. When anything fails nothing is left.
 *
 * @throws CONTAINER_CONFIG_INVALID, UNSUPPORTED_FIELD, CONTAINER_NAME_INVALID, CONTAINER_NAME_IN_USE, SIGNAL_INVALID,
 *   IMAGE_NOT_FOUND and what `ImageService.inspect` and `rootfsFor` throw
 */
export async function createContainer(
  state: EngineState,
  options: CreateOptions,
): Promise<CreatedContainer> {
  const { request } = options;
  const id = newContainerId();
  const name = options.name === undefined ? undefined : parseContainerName(options.name);
  refuseUnsupported(request);
  const image = await state.ports.images.inspect(imageNameOf(request));
  if (options.platform !== undefined)
    refuseOtherPlatform(image, options.platform, request.config.Image);
  const hostConfig = withDonorIds(
    request.hostConfig,
    (other, field) => namedContainer(state, other, field).id,
  );
  const { mode, networks } = askedNetworks({ ...request, hostConfig }, state.ports.networks);
  const asked = { ...request, hostConfig: { ...hostConfig, NetworkMode: mode } };
  const links = resolveLinks(asked.hostConfig, (other) => state.index.find(other).record);
  const record = { ...recordFor(state.ports, { id, request: asked, image }), networks, links };
  verifyRecord(record, state.capabilities);
  if (state.ports.idRemap && record.hostConfig.UsernsMode !== 'host')
    refuseRemapped(record.hostConfig);
  const limits = await limitsThatDoNothing(state, record);
  const mounts = resolveMounts(record, {
    find: (other) => namedContainer(state, other, 'VolumesFrom'),
    readOnlyBinds: options.readOnlyBinds ?? 'recursive',
  });
  await prepareBinds(mounts);
  const reservation = reserveName(state, id, name);
  try {
    const container = await build(state, { ...record, mounts, name: reservation.name });
    const { architecture } = state.ports.host;
    const platform = options.platform === undefined ? 'any' : 'named';
    const warnings = createWarnings({
      record: container.record,
      image,
      architecture,
      platform,
      capabilities: state.capabilities,
    });
    return { id, warnings: [...limits, ...warnings] };
  } catch (error) {
    reservation.release();
    throw error;
  }
}

/** One that a field of `HostConfig` names. It is no 404: Docker's client would pull the image. */
function namedContainer(state: EngineState, name: string, field: string): ContainerRecord {
  try {
    return state.index.find(name).record;
  } catch (cause) {
    throw new BerthError('CONTAINER_CONFIG_INVALID', {
      message: messageOf(cause),
      remedy: 'Name a container that is there.',
      details: { field: `HostConfig.${field}`, value: name },
      cause,
    });
  }
}

/** Said now, and not only when berthd's log tells of it at the start. */
async function limitsThatDoNothing(
  { ports }: EngineState,
  record: ContainerRecord,
): Promise<readonly string[]> {
  const blockIO = await blockIoResources(record.hostConfig);
  // Rules for devices are no limits that a client has asked for.
  const resources = specResources(record.hostConfig, { rules: [], blockIO });
  const reports = ports.runtime.cgroups.unsupported(cgroupPlaceOf(record), resources);
  return limitWarnings(reports);
}

function imageNameOf(request: CreateRequest): string {
  if (request.config.Image !== '') return request.config.Image;
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: 'Config cannot be empty in order to create a container',
    remedy: 'Name an image in "Image".',
    details: { field: 'Image' },
  });
}

/** Not found, so that Docker's client pulls the image for that platform. */
function refuseOtherPlatform(image: ImageDetails, wanted: Platform, name: string): void {
  const { os, architecture, variant } = image.platform;
  const sameVariant = wanted.variant === undefined || wanted.variant === variant;
  if (os === wanted.os && architecture === wanted.architecture && sameVariant) return;
  const platform = [wanted.os, wanted.architecture, wanted.variant].filter(Boolean).join('/');
  throw new BerthError('IMAGE_NOT_FOUND', {
    message: `No such image: ${name}: the image that is here is for ${os}/${architecture}, wanted ${platform}`,
    remedy: `Pull it with "docker pull --platform ${platform} ${name}".`,
    details: { image: name, platform },
  });
}

/** Of a container whose client does not say: the host's own in its network, else the beginning of its id. */
function hostnameFor({ hostConfig }: CreateRequest, id: ContainerId): string {
  return hostConfig.NetworkMode === 'host' ? hostname() : shortId(id);
}

interface RecordSource {
  readonly id: ContainerId;
  readonly request: CreateRequest;
  readonly image: ImageDetails;
}

function recordFor(
  { clock, defaults, host }: ContainerPorts,
  { id, request, image }: RecordSource,
): ContainerRecord {
  return {
    version: recordVersion,
    id,
    name: '',
    createdMs: clock.now(),
    imageId: image.id,
    config: mergeImageConfig(request.config, image.config, hostnameFor(request, id)),
    hostConfig: completeHostConfig(request.hostConfig, defaults, host.cgroupVersion),
    state: initialState,
    restartCount: 0,
    manuallyStopped: false,
    restartCancelled: false,
  };
}

/** Everything that can be known to be wrong is said now, not at the start. */
function verifyRecord(record: ContainerRecord, capabilities: readonly string[]): void {
  verifyRequest(record.config, record.hostConfig);
  containerCapabilities(record.hostConfig, capabilities);
  parseSecurityOptions(record.hostConfig);
  specRlimits(record.hostConfig);
  if (programArguments(record.config).length > 0) return;
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: 'no command specified',
    remedy: `Give a command: the image "${record.config.Image}" has none.`,
    details: { field: 'Cmd' },
  });
}

function reserveName(
  state: EngineState,
  id: ContainerId,
  wanted: string | undefined,
): NameReservation & { readonly name: string } {
  let name = wanted ?? randomName(0);
  for (let attempt = 1; wanted === undefined && !state.index.isFree(name); attempt += 1) {
    name = randomName(attempt);
  }
  return { ...state.index.reserve(name, id), name };
}

async function build(state: EngineState, wanted: ContainerRecord): Promise<Container> {
  const undo = new Cleanup();
  const folder = state.folder(wanted);
  let record = wanted;
  try {
    record = { ...wanted, mounts: await takeVolumes(state, wanted, undo) };
    const rootfs = state.ports.images.rootfsFor(record.imageId);
    undo.add(() => removeTree(folder.folder));
    // Of one that has failed both are waited for: what is undone must not be made meanwhile.
    await sideBySide([rootfs, makeFolders(folder.folder, 0o710)]);
    record = { ...record, mounts: await takeImages(state, record) };
    const { chainId } = await rootfs;
    undo.add(() => state.ports.snapshots.removeContainer(record.id));
    await sideBySide([
      state.ports.snapshots.createContainer(record.id, chainId),
      writeFile(logPlan(record, folder).path, '', { mode: 0o640 }),
    ]);
    await fillVolumes(state, record);
    await state.records.save(record);
  } catch (error) {
    for (const problem of await undo.run()) state.ports.report(problem);
    throw error;
  }
  const container = new Container(record);
  state.index.add(container);
  releaseVolumes(state, record);
  state.announce(container, 'create');
  return container;
}
