import type { BlockIo } from '../../spec/block-io.ts';
import type { CgroupReport, CgroupWrite, ControllerPlan } from '../cgroup-plan.ts';
import { blockIoFields, checkWeights, deviceName, setWeight, throttles } from './block-io.ts';
import type { Controller, V2Request } from './controller.ts';
import { nothing, report, write } from './controller.ts';

/** 2^64-1: what Go programs write for "no limit". */
const unlimited = 0xffff_ffff_ffff_ffffn;

/**
 * Turns a weight of v1 (10 to 1000) into one of io.weight (1 to 10000) along a straight line, as
 * ConvertBlkIOToIOWeightValue of https://github.com/opencontainers/cgroups/blob/v0.1.0/utils.go
 */
export function ioWeightOf(weight: number): number {
  return 1 + Math.floor(((weight - 10) * 9999) / 990);
}

/**
 * Writes a weight to BFQ's file, or where there is none to io.weight, which counts differently. Which of them a folder
 * has cannot be seen from the root, so both are in the plan.
 *
 * @param device `8:0 ` with its blank, or nothing for the weight of all devices.
 */
function weightWrite(
  folder: string,
  device: string,
  weight: number | undefined,
): readonly CgroupWrite[] {
  if (weight === undefined) return [];
  const label = `weigh block I/O with ${device}${weight}`;
  const [orElse] = write(folder, 'io.weight', `${device}${ioWeightOf(weight)}`, { label });
  return write(folder, 'io.bfq.weight', `${device}${weight}`, { label, orElse });
}

function weightWrites(folder: string, blockIO: BlockIo): readonly CgroupWrite[] {
  return [
    ...weightWrite(folder, '', setWeight(blockIO.weight)),
    ...blockIO.weightDevice.flatMap((device) =>
      weightWrite(folder, `${deviceName(device)} `, setWeight(device.weight)),
    ),
  ];
}

function throttleWrites(folder: string, blockIO: BlockIo): readonly CgroupWrite[] {
  return throttles.flatMap(({ field, v2Key, what }) =>
    blockIO[field].flatMap((device) => {
      const name = deviceName(device);
      // In v1 0 lifts a limit; here the kernel would refuse it (ERANGE).
      const rate = device.rate === 0n || device.rate === unlimited ? 'max' : String(device.rate);
      return write(folder, 'io.max', `${name} ${v2Key}=${rate}`, {
        label: `limit ${what} of device ${name} to ${rate} a second`,
      });
    }),
  );
}

function leafReports(blockIO: BlockIo): readonly CgroupReport[] {
  return blockIoFields(blockIO)
    .filter((field) => field.endsWith('leafWeight'))
    .flatMap((field) => report(true, field, 'cgroup v2 has no weight of leaves.'));
}

function planV2({ folder, resources: { blockIO } }: V2Request): ControllerPlan {
  if (blockIO === undefined) return nothing;
  checkWeights(blockIO);
  return {
    writes: [...weightWrites(folder, blockIO), ...throttleWrites(folder, blockIO)],
    reports: leafReports(blockIO),
  };
}

/**
 * Disks in cgroup v2: https://docs.kernel.org/admin-guide/cgroup-v2.html#io-interface-files; the files as in
 * https://github.com/opencontainers/cgroups/blob/v0.1.0/fs2/io.go, which leaves weights of devices out where BFQ is
 * missing; io.weight has them too.
 */
export const ioController: Pick<Controller, 'asked' | 'v2'> = {
  asked: ({ blockIO }) => blockIoFields(blockIO),
  v2: planV2,
};
