import type { ContainerRow } from './containers.ts';
import { containerRows } from './containers.ts';
import type { Fields } from './fields.ts';
import { fieldsAt, fieldsOf, flagAt, listOf, optionalNumber, optionalText } from './fields.ts';
import { imageRows } from './images.ts';
import type { ImageRow } from './images.ts';

/** A line of `berth system df`. */
export interface UsageRow {
  readonly type: string;
  readonly count: number;
  readonly active: number;
  readonly sizeBytes: number;
  readonly reclaimableBytes: number;
}

/** An image, and what it shares with others. */
export interface ImageUsage {
  readonly rows: readonly ImageRow[];
  readonly sharedBytes: number;
  readonly uniqueBytes: number;
  readonly containers: number;
}

/** A volume; berth has none yet, other engines do. */
export interface VolumeUsage {
  readonly name: string;
  readonly links: number;
  readonly sizeBytes: number;
}

/** What `GET /system/df` tells. */
export interface DiskUsage {
  readonly rows: readonly UsageRow[];
  readonly images: readonly ImageUsage[];
  readonly containers: readonly ContainerRow[];
  readonly volumes: readonly VolumeUsage[];
}

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, each) => total + Math.max(0, each), 0);

function imageUsage(value: unknown): ImageUsage {
  const fields = fieldsOf(value, 'Images');
  const sharedBytes = Math.max(0, optionalNumber(fields, 'SharedSize'));
  return {
    rows: imageRows([value]),
    sharedBytes,
    uniqueBytes: Math.max(0, optionalNumber(fields, 'Size') - sharedBytes),
    containers: optionalNumber(fields, 'Containers'),
  };
}

function imagesRow(images: readonly ImageUsage[], layersBytes: number): UsageRow {
  const used = images.filter(({ containers }) => containers > 0);
  // Docker's sum: all layers, less what the images in use have for themselves.
  const keptBytes = sum(used.map(({ uniqueBytes }) => uniqueBytes));
  return {
    type: 'Images',
    count: images.length,
    active: used.length,
    sizeBytes: layersBytes,
    reclaimableBytes: Math.max(0, layersBytes - keptBytes),
  };
}

const isLive = ({ state }: ContainerRow): boolean =>
  ['running', 'paused', 'restarting'].includes(state);

function containersRow(containers: readonly ContainerRow[]): UsageRow {
  const live = containers.filter(isLive);
  const sizeBytes = sum(containers.map(({ sizeRwBytes }) => sizeRwBytes));
  return {
    type: 'Containers',
    count: containers.length,
    active: live.length,
    sizeBytes,
    reclaimableBytes: sizeBytes - sum(live.map(({ sizeRwBytes }) => sizeRwBytes)),
  };
}

function volumeUsage(value: unknown): VolumeUsage {
  const fields = fieldsOf(value, 'Volumes');
  const usage = fieldsAt(fields, 'UsageData');
  return {
    name: optionalText(fields, 'Name'),
    links: optionalNumber(usage, 'RefCount'),
    sizeBytes: optionalNumber(usage, 'Size'),
  };
}

function volumesRow(volumes: readonly VolumeUsage[]): UsageRow {
  const used = volumes.filter(({ links }) => links > 0);
  const sizeBytes = sum(volumes.map((each) => each.sizeBytes));
  return {
    type: 'Local Volumes',
    count: volumes.length,
    active: used.length,
    sizeBytes,
    reclaimableBytes: sizeBytes - sum(used.map((each) => each.sizeBytes)),
  };
}

function cacheRow(records: readonly Fields[]): UsageRow {
  const sizeOf = (all: readonly Fields[]): number =>
    sum(all.map((each) => optionalNumber(each, 'Size')));
  const used = records.filter((each) => flagAt(each, 'InUse'));
  return {
    type: 'Build Cache',
    count: records.length,
    active: used.length,
    sizeBytes: sizeOf(records),
    reclaimableBytes: sizeOf(
      records.filter((each) => !flagAt(each, 'InUse') && !flagAt(each, 'Shared')),
    ),
  };
}

/**
 * What the answer of `GET /system/df` tells, summed up as docker's client does.
 *
 * @throws API_RESPONSE_INVALID
 */
export function diskUsage(answer: unknown): DiskUsage {
  const fields = fieldsOf(answer, 'df');
  const images = listOf(fields['Images'], 'Images').map(imageUsage);
  const containers = containerRows(fields['Containers']);
  const volumes = listOf(fields['Volumes'], 'Volumes').map(volumeUsage);
  const cache = listOf(fields['BuildCache'], 'BuildCache').map((each) => fieldsOf(each, 'cache'));
  return {
    rows: [
      imagesRow(images, optionalNumber(fields, 'LayersSize')),
      containersRow(containers),
      volumesRow(volumes),
      cacheRow(cache),
    ],
    images,
    containers,
    volumes,
  };
}
