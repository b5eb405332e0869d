import type { CreateRequest } from '../../container/model/create-request.ts';
import type { MountRequest } from '../../container/model/mount-point.ts';
import type { CgroupVersion } from '../../host/cgroup-version.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { isAtLeast } from '../http/api-version.ts';

type HostConfig = CreateRequest['hostConfig'];

/**
 * Makes a creation mean what it meant in the API version that the client speaks.
 *
 * @throws API_REQUEST_INVALID for what would be lost without a word
 */
export function forClientVersion(
  request: CreateRequest,
  version: string,
  cgroupVersion: CgroupVersion,
): CreateRequest {
  let { config } = request;
  // It came with 1.44.
  if (!isAtLeast(version, '1.44') && config.Healthcheck !== null)
    config = { ...config, Healthcheck: { ...config.Healthcheck, StartInterval: 0 } };
  refuseTooNew(request.hostConfig, version);
  refuseSeveralNetworks(request, version);
  return {
    ...request,
    config,
    hostConfig: hostConfigFor(request.hostConfig, version, cgroupVersion),
  };
}

function hostConfigFor(
  given: HostConfig,
  version: string,
  cgroupVersion: CgroupVersion,
): HostConfig {
  let hostConfig = given;
  const change = (fields: Partial<HostConfig>): void => {
    hostConfig = { ...hostConfig, ...fields };
  };
  // Before 1.25 the client removed the container itself.
  if (!isAtLeast(version, '1.25')) change({ AutoRemove: false });
  if (!isAtLeast(version, '1.40')) {
    change({ KernelMemoryTCP: 0 });
    if (hostConfig.IpcMode === '') change({ IpcMode: 'shareable' });
  }
  // Before 1.41 nobody could say, and the host's was meant.
  if (!isAtLeast(version, '1.41') && cgroupVersion === '1' && hostConfig.CgroupnsMode === '')
    change({ CgroupnsMode: 'host' });
  // Before 1.42 the terminal's first size came with a resize request.
  if (!isAtLeast(version, '1.42')) change({ ConsoleSize: [0, 0] });
  // Kernel memory limits were taken out of the API in 1.42, and have been ignored since.
  else change({ KernelMemory: 0 });
  if (!isAtLeast(version, '1.43')) change({ Annotations: null });
  const mounts = hostConfig.Mounts?.map((mount) => mountFor(mount, version));
  return mounts === undefined ? hostConfig : { ...hostConfig, Mounts: mounts };
}

/** Options that are not a mount's were not looked at before 1.42; others came later than the version. */
function mountFor(mount: MountRequest, version: string): MountRequest {
  const { BindOptions: bind } = mount;
  const isOld = !isAtLeast(version, '1.42');
  const BindOptions = bind && {
    ...bind,
    ...(isAtLeast(version, '1.40') ? {} : { NonRecursive: false }),
    ...(isOld ? { CreateMountpoint: false } : {}),
  };
  if (!isOld) return { ...mount, BindOptions };
  return {
    ...mount,
    BindOptions,
    VolumeOptions: mount.Type === 'volume' ? mount.VolumeOptions : null,
    TmpfsOptions: mount.Type === 'tmpfs' ? mount.TmpfsOptions : null,
  };
}

/** What a client relies on must not be lost: in Docker's words. */
function refuseTooNew({ Mounts }: HostConfig, version: string): void {
  const needs: readonly (readonly [string, string, (mount: MountRequest) => boolean])[] = [
    [
      '1.44',
      'BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer',
      ({ Type, BindOptions }) => Type === 'bind' && BindOptions?.ReadOnlyForceRecursive === true,
    ],
    [
      '1.45',
      'VolumeOptions.Subpath needs API v1.45 or newer',
      ({ VolumeOptions }) => (VolumeOptions?.Subpath ?? '') !== '',
    ],
    ['1.48', 'Mount type "Image" needs API v1.48 or newer', ({ Type }) => Type === 'image'],
  ];
  for (const [since, message, asks] of needs) {
    if (isAtLeast(version, since) || !(Mounts ?? []).some(asks)) continue;
    throw invalid(message, `Speak API ${since} or newer, or leave it out.`);
  }
}

function refuseSeveralNetworks({ networkingConfig }: CreateRequest, version: string): void {
  const names = Object.keys(networkingConfig.EndpointsConfig ?? {});
  if (isAtLeast(version, '1.44') || names.length < 2) return;
  const message = `Container cannot be created with multiple network endpoints: ${names.join(', ')}`;
  throw invalid(message, 'Name one, and connect the container to the others.');
}

function invalid(message: string, remedy: string): BerthError {
  return new BerthError('API_REQUEST_INVALID', { message, remedy });
}
