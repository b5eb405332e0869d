import type { ManifestSummary } from '../../image/manifest-summary.ts';
import type { ImageDetails, ImageSummary, RemovedItem } from '../../image/image-service.ts';
import { isAtLeast } from '../http/api-version.ts';
import { goTime } from './go-time.ts';
import { imageConfigView, legacyContainerConfig } from './image-config-view.ts';

/** What is shown of one image for one client. */
export interface ImageViewOptions {
  /** The client's API version. */
  readonly version: string;
  /** How many containers use it; -1: not counted. */
  readonly containers: number;
  /** Bytes that it shares with other images; -1 when left out: not counted. */
  readonly sharedBytes?: number | undefined;
  /** Its manifests, when they were asked for. */
  readonly manifests?: readonly object[] | undefined;
}

/** An image as `GET /images/json` and `GET /system/df` have it. */
export function imageSummaryView(
  image: ImageSummary,
  { version, containers, sharedBytes = -1, manifests }: ImageViewOptions,
): Readonly<Record<string, unknown>> {
  return {
    Id: image.id,
    ParentId: '',
    ...namesView(image, version),
    Created: Math.floor(image.createdMs / 1000),
    Size: image.sizeBytes,
    SharedSize: sharedBytes,
    ...(isAtLeast(version, '1.44') ? {} : { VirtualSize: image.sizeBytes }),
    Labels: Object.keys(image.labels).length === 0 ? null : image.labels,
    Containers: containers,
    ...(isAtLeast(version, '1.48') ? { Descriptor: image.descriptor } : {}),
    ...(manifests === undefined ? {} : { Manifests: manifests }),
  };
}

/** Older clients show an image without names only when it has this one. */
function namesView(
  { repoTags, repoDigests }: ImageSummary,
  version: string,
): Readonly<Record<string, readonly string[]>> {
  if (isAtLeast(version, '1.43') || repoTags.length + repoDigests.length > 0) {
    return { RepoTags: repoTags, RepoDigests: repoDigests };
  }
  return { RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] };
}

/** How one image is shown whole to one client. */
export interface ImageInspectOptions {
  /** The client's API version. */
  readonly version: string;
  /** Its manifests, when they were asked for. */
  readonly manifests?: readonly object[] | undefined;
  /** Whether the client expects what Docker's first builder left in images. */
  readonly containerConfig: 'with' | 'without';
  /** Where its layers' files are, topmost first; none when they are not unpacked. */
  readonly folders: readonly string[];
}

/** An image as `GET /images/{name}/json` has it. */
export function imageInspectView(
  image: ImageDetails,
  { version, manifests, containerConfig, folders }: ImageInspectOptions,
): Readonly<Record<string, unknown>> {
  const { raw, platform } = image;
  const osVersion = raw['os.version'];
  return {
    Id: image.id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Parent: '',
    Comment: image.comment,
    ...createdView(image, version),
    ...(containerConfig === 'with' ? legacyContainerConfig(raw) : {}),
    DockerVersion: typeof raw['docker_version'] === 'string' ? raw['docker_version'] : '',
    Author: image.author,
    Config: imageConfigView(image.config, version),
    Architecture: platform.architecture,
    ...(platform.variant === undefined ? {} : { Variant: platform.variant }),
    Os: platform.os,
    ...(osVersion === undefined ? {} : { OsVersion: osVersion }),
    Size: image.sizeBytes,
    ...(isAtLeast(version, '1.44') ? {} : { VirtualSize: image.sizeBytes }),
    GraphDriver: { Name: 'overlay2', Data: graphData(folders) },
    RootFS: { Type: 'layers', Layers: image.layers },
    Metadata: { LastTagTime: goTime(0) },
    ...(isAtLeast(version, '1.48') ? { Descriptor: image.descriptor } : {}),
    ...(manifests === undefined ? {} : { Manifests: manifests }),
  };
}

/**
 * Where an image's files are on the host: as Docker's `overlay2` has it, those of the topmost layer are the upper ones, and what
 * would be merged and worked in is beside them, without being there.
 */
function graphData(folders: readonly string[]): Readonly<Record<string, string>> | null {
  const [top, ...lower] = folders;
  if (top === undefined) return null;
  const folder = top.slice(0, top.lastIndexOf('/'));
  return {
    ...(lower.length === 0 ? {} : { LowerDir: lower.join(':') }),
    MergedDir: `${folder}/merged`,
    UpperDir: top,
    WorkDir: `${folder}/work`,
  };
}

/** The time as the image has it, to the nanosecond; an image that does not say has none, before 1.44 a zero. */
function createdView(
  { createdMs, raw }: ImageDetails,
  version: string,
): Readonly<Record<string, string>> {
  if (createdMs !== 0 && typeof raw.created === 'string') return { Created: raw.created };
  return isAtLeast(version, '1.44') ? {} : { Created: goTime(0) };
}

/** A manifest of an image, for `docker images --tree`. @param containers ids of those that use the image */
export function manifestView(
  { descriptor, available, contentBytes, details }: ManifestSummary,
  containers: readonly string[],
): Readonly<Record<string, unknown>> {
  const unpackedBytes = details.kind === 'image' ? details.unpackedBytes : 0;
  return {
    ID: descriptor.digest,
    Descriptor: descriptor,
    Available: available,
    Size: { Content: contentBytes, Total: contentBytes + unpackedBytes },
    Kind: details.kind,
    ...(details.kind === 'image'
      ? {
          ImageData: {
            Platform: details.platform,
            Size: { Unpacked: unpackedBytes },
            Containers: containers,
          },
        }
      : {}),
    ...(details.kind === 'attestation' ? { AttestationData: { For: details.subject } } : {}),
  };
}

/** A line of `docker rmi`'s answer. */
export function removedItemView(item: RemovedItem): Readonly<Record<string, string>> {
  return item.kind === 'untagged' ? { Untagged: item.reference } : { Deleted: item.digest };
}
