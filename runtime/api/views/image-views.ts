import type { ImageDetails, ImageSummary, RemovedItem } from '../../image/image-service.ts';
import { isAtLeast } from '../http/api-version.ts';
import { goTime } from './go-time.ts';

/** What is shown of one image for one client. */
export interface ImageViewOptions {
  /** The client's API version. */
  readonly version: string;
  /** How many containers use it; -1: not counted. */
  readonly containers: number;
}

/** An image as `GET /images/json` has it. */
export function imageSummaryView(
  image: ImageSummary,
  options: ImageViewOptions,
): Readonly<Record<string, unknown>> {
  return {
    Id: image.id,
    ParentId: '',
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Created: Math.floor(image.createdMs / 1000),
    Size: image.sizeBytes,
    SharedSize: -1,
    ...(isAtLeast(options.version, '1.44') ? {} : { VirtualSize: image.sizeBytes }),
    Labels: Object.keys(image.labels).length === 0 ? null : image.labels,
    Containers: options.containers,
  };
}

/** An image as `GET /images/{name}/json` has it. */
export function imageInspectView(
  image: ImageDetails,
  version: string,
): Readonly<Record<string, unknown>> {
  return {
    Id: image.id,
    RepoTags: image.repoTags,
    RepoDigests: image.repoDigests,
    Parent: '',
    Comment: image.comment,
    Created: goTime(image.createdMs),
    DockerVersion: '',
    Author: image.author,
    Config: image.config,
    Architecture: image.platform.architecture,
    ...(image.platform.variant === undefined ? {} : { Variant: image.platform.variant }),
    Os: image.platform.os,
    Size: image.sizeBytes,
    ...(isAtLeast(version, '1.44') ? {} : { VirtualSize: image.sizeBytes }),
    GraphDriver: { Name: 'overlay2', Data: null },
    RootFS: { Type: 'layers', Layers: image.layers },
    Metadata: { LastTagTime: goTime(0) },
  };
}

/** A line of `docker history`, newest first in the answer. */
export function imageHistoryView(
  image: ImageDetails,
): readonly Readonly<Record<string, unknown>>[] {
  const history = (image.raw.history ?? []).toReversed();
  return history.map((entry, index) => ({
    Id: index === 0 ? image.id : '<missing>',
    Created: Math.floor(Date.parse(entry.created ?? '1970-01-01T00:00:00Z') / 1000),
    CreatedBy: entry.created_by ?? '',
    Tags: index === 0 && image.repoTags.length > 0 ? image.repoTags : null,
    Size: 0,
    Comment: entry.comment ?? '',
  }));
}

/** A line of `docker rmi`'s answer. */
export function removedItemView(item: RemovedItem): Readonly<Record<string, string>> {
  return item.kind === 'untagged' ? { Untagged: item.reference } : { Deleted: item.digest };
}
