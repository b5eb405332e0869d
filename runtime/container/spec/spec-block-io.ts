import { BerthError } from '../../errors/berth-error.ts';
import { orIfMissing, stat } from '../../host/files.ts';
import type { BlockIo } from '../../spec/block-io.ts';
import type { HostConfig } from '../model/host-config.ts';
import { deviceNumbers } from './device-numbers.ts';

type Numbers = Pick<BlockIo['weightDevice'][number], 'major' | 'minor'>;

/** Fields that limit traffic of single devices. */
const throttles = [
  'BlkioDeviceReadBps',
  'BlkioDeviceWriteBps',
  'BlkioDeviceReadIOps',
  'BlkioDeviceWriteIOps',
] as const;

/**
 * Shares and limits of disks, whose numbers are looked up on the host; `undefined` when none are asked for.
 *
 * @throws CONTAINER_CONFIG_INVALID a path is no block device
 */
export async function blockIoResources(hostConfig: HostConfig): Promise<BlockIo | undefined> {
  const { BlkioWeight, BlkioWeightDevice } = hostConfig;
  const lists = [BlkioWeightDevice, ...throttles.map((field) => hostConfig[field])];
  if (BlkioWeight === 0 && lists.every((list) => (list ?? []).length === 0)) return undefined;
  const weightDevice = await Promise.all(
    (BlkioWeightDevice ?? []).map(async ({ Path, Weight }) => ({
      ...(await numbersOf('BlkioWeightDevice', Path)),
      weight: Weight,
    })),
  );
  const [readBps, writeBps, readIops, writeIops] = await Promise.all([
    limitsOf(hostConfig, 'BlkioDeviceReadBps'),
    limitsOf(hostConfig, 'BlkioDeviceWriteBps'),
    limitsOf(hostConfig, 'BlkioDeviceReadIOps'),
    limitsOf(hostConfig, 'BlkioDeviceWriteIOps'),
  ]);
  return {
    ...(BlkioWeight === 0 ? {} : { weight: BlkioWeight }),
    weightDevice,
    throttleReadBpsDevice: readBps,
    throttleWriteBpsDevice: writeBps,
    throttleReadIOPSDevice: readIops,
    throttleWriteIOPSDevice: writeIops,
  };
}

function limitsOf(
  hostConfig: HostConfig,
  field: (typeof throttles)[number],
): Promise<BlockIo['throttleReadBpsDevice']> {
  return Promise.all(
    (hostConfig[field] ?? []).map(async ({ Path, Rate }) => ({
      ...(await numbersOf(field, Path)),
      rate: BigInt(Rate),
    })),
  );
}

async function numbersOf(field: string, path: string): Promise<Numbers> {
  const found = await orIfMissing(stat(path), undefined);
  if (found?.isBlockDevice() === true) return deviceNumbers(found.rdev);
  throw new BerthError('CONTAINER_CONFIG_INVALID', {
    message: `HostConfig.${field} names "${path}", wanted the path of a disk`,
    remedy: 'Give the path of a block device of the host, such as "/dev/sda".',
    details: { field: `HostConfig.${field}`, value: path },
  });
}
