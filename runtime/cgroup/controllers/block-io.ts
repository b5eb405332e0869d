import { BerthError } from '../../errors/berth-error.ts';
import type { BlockIo } from '../../spec/block-io.ts';

/** What CFQ and Docker take; BFQ alone would take less than 10. */
const weights = { minimum: 10, maximum: 1000 } as const;

/** A device as the kernel reads it: `8:0`. */
export function deviceName({ major, minor }: { major: number; minor: number }): string {
  return `${major}:${minor}`;
}

/** 0 is "not set": Docker writes it so. */
export function setWeight(weight: number | undefined): number | undefined {
  return weight === 0 ? undefined : weight;
}

/** All weights that are set, with the names of their fields in `linux.resources`. */
function weightFields({ weight, leafWeight, weightDevice }: BlockIo): readonly WeightField[] {
  const own = [
    { field: 'blockIO.weight', value: setWeight(weight) },
    { field: 'blockIO.leafWeight', value: setWeight(leafWeight) },
  ];
  const ofDevices = weightDevice.flatMap((device, index) => [
    { field: `blockIO.weightDevice[${index}].weight`, value: setWeight(device.weight) },
    { field: `blockIO.weightDevice[${index}].leafWeight`, value: setWeight(device.leafWeight) },
  ]);
  return [...own, ...ofDevices].flatMap(({ field, value }) =>
    value === undefined ? [] : [{ field, value }],
  );
}

interface WeightField {
  readonly field: string;
  readonly value: number;
}

/** Lists of limits for devices, by their fields; v1 and v2 name them differently. */
export const throttles = [
  {
    field: 'throttleReadBpsDevice',
    v1File: 'blkio.throttle.read_bps_device',
    v2Key: 'rbps',
    what: 'bytes read',
  },
  {
    field: 'throttleWriteBpsDevice',
    v1File: 'blkio.throttle.write_bps_device',
    v2Key: 'wbps',
    what: 'bytes written',
  },
  {
    field: 'throttleReadIOPSDevice',
    v1File: 'blkio.throttle.read_iops_device',
    v2Key: 'riops',
    what: 'reads',
  },
  {
    field: 'throttleWriteIOPSDevice',
    v1File: 'blkio.throttle.write_iops_device',
    v2Key: 'wiops',
    what: 'writes',
  },
] as const;

/** The fields of `linux.resources.blockIO` that ask for something, such as `blockIO.weight`. */
export function blockIoFields(blockIO: BlockIo | undefined): readonly string[] {
  if (blockIO === undefined) return [];
  const lists = throttles.filter(({ field }) => blockIO[field].length > 0);
  return [
    ...weightFields(blockIO).map(({ field }) => field),
    ...lists.map(({ field }) => `blockIO.${field}`),
  ];
}

/**
 * Refuses weights that no scheduler takes.
 *
 * @throws CGROUP_LIMIT_INVALID
 */
export function checkWeights(blockIO: BlockIo): void {
  const wrong = weightFields(blockIO).find(
    ({ value }) => value < weights.minimum || value > weights.maximum,
  );
  if (wrong === undefined) return;
  throw new BerthError('CGROUP_LIMIT_INVALID', {
    message: `'linux.resources.${wrong.field}' is ${wrong.value}, wanted a number from ${weights.minimum} to ${weights.maximum}`,
    remedy: 'Choose a weight in that range; 500 is usual.',
  });
}
