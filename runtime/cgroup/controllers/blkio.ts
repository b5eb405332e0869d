import type { BlockIo, ThrottleDevice } from '../../spec/block-io.ts';
import type { CgroupReport, CgroupWrite, ControllerPlan } from '../cgroup-plan.ts';
import type { CgroupV1Layout } from '../layout.ts';
import { blockIoFields, checkWeights, deviceName, setWeight, throttles } from './block-io.ts';
import type { Controller, V1Request } from './controller.ts';
import { nothing, report, write } from './controller.ts';

/** The kernel cuts a number of operations to 32 bits, where all of them set mean "no limit". */
const uint32Max = 0xffff_ffffn;

/**
 * Where weights go: CFQ has blkio.weight (until Linux 5.0), BFQ blkio.bfq.weight. BFQ keeps the latter out of the root,
 * where its statistics show it instead.
 */
function weightPrefix({ files }: CgroupV1Layout): string | undefined {
  if (files.has('blkio.weight')) return 'blkio';
  return files.has('blkio.bfq.io_service_bytes') ? 'blkio.bfq' : undefined;
}

function weightWrites({ folder, layout }: V1Request, blockIO: BlockIo): readonly CgroupWrite[] {
  const prefix = weightPrefix(layout);
  if (prefix === undefined) return [];
  const weight = setWeight(blockIO.weight);
  return [
    ...write(folder, `${prefix}.weight`, weight, { label: `weigh block I/O with ${weight ?? 0}` }),
    ...blockIO.weightDevice.flatMap((device) => {
      const own = setWeight(device.weight);
      const value = own === undefined ? undefined : `${deviceName(device)} ${own}`;
      return write(folder, `${prefix}.weight_device`, value, {
        label: `weigh I/O of device ${value ?? ''}`,
      });
    }),
  ];
}

function leafWrites({ folder, layout }: V1Request, blockIO: BlockIo): readonly CgroupWrite[] {
  if (!layout.files.has('blkio.leaf_weight')) return [];
  const weight = setWeight(blockIO.leafWeight);
  return [
    ...write(folder, 'blkio.leaf_weight', weight, {
      label: `weigh block I/O against cgroups below with ${weight ?? 0}`,
    }),
    ...blockIO.weightDevice.flatMap((device) => {
      const own = setWeight(device.leafWeight);
      const value = own === undefined ? undefined : `${deviceName(device)} ${own}`;
      return write(folder, 'blkio.leaf_weight_device', value, {
        label: `weigh I/O of device ${value ?? ''} against cgroups below`,
      });
    }),
  ];
}

function rateOf({ rate }: ThrottleDevice, file: string): bigint {
  return file.includes('iops') && rate > uint32Max ? uint32Max : rate;
}

function throttleWrites({ folder, layout }: V1Request, blockIO: BlockIo): readonly CgroupWrite[] {
  return throttles
    .filter(({ v1File }) => layout.files.has(v1File))
    .flatMap(({ field, v1File, what }) =>
      blockIO[field].flatMap((device) => {
        const [name, rate] = [deviceName(device), rateOf(device, v1File)];
        return write(folder, v1File, `${name} ${rate}`, {
          label: `limit ${what} of device ${name} to ${rate} a second`,
        });
      }),
    );
}

/** What was asked for and this kernel has no file for. */
function missingReports({ layout }: V1Request, blockIO: BlockIo): readonly CgroupReport[] {
  const hasWeights = weightPrefix(layout) !== undefined;
  const hasLeaves = layout.files.has('blkio.leaf_weight');
  const hasThrottles = layout.files.has('blkio.throttle.read_bps_device');
  return blockIoFields(blockIO).flatMap((field) => {
    if (field.includes('throttle')) {
      const reason = 'This kernel cannot throttle block I/O: it stays without a limit.';
      return hasThrottles ? [] : report(true, field, reason);
    }
    if (field.endsWith('leafWeight')) {
      const reason = 'This kernel has no CFQ scheduler (it went with Linux 5.0): it has no effect.';
      return hasLeaves ? [] : report(true, field, reason);
    }
    const reason =
      'This kernel has neither the BFQ nor the CFQ scheduler: all have the same weight.';
    return hasWeights ? [] : report(true, field, reason);
  });
}

function planV1(request: V1Request): ControllerPlan {
  const { blockIO } = request.resources;
  if (blockIO === undefined) return nothing;
  checkWeights(blockIO);
  return {
    writes: [
      ...weightWrites(request, blockIO),
      ...leafWrites(request, blockIO),
      ...throttleWrites(request, blockIO),
    ],
    reports: missingReports(request, blockIO),
  };
}

/**
 * Disks in cgroup v1: https://docs.kernel.org/admin-guide/cgroup-v1/blkio-controller.html and
 * https://docs.kernel.org/block/bfq-iosched.html; the files as in
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/fs/blkio.go
 */
export const blkioController: Pick<Controller, 'asked' | 'v1'> = {
  asked: ({ blockIO }) => blockIoFields(blockIO),
  v1: planV1,
};
