import type { z } from 'zod';
import { integer, list, record, uint64 } from './fields.ts';

/** Linux has 12 bits of major and 20 of minor number. */
const deviceNumbers = { major: integer(0, 0xfff), minor: integer(0, 0xf_ffff) };

/** 10 to 1000; 0 is "not set". The specification has all 16 bits: what the host can do is looked at later. */
const weight = integer(0, 0xffff);

const weightDeviceSchema = record({
  ...deviceNumbers,
  weight: weight.optional(),
  /** Against the cgroups below this one. */
  leafWeight: weight.optional(),
}).refine((device) => device.weight !== undefined || device.leafWeight !== undefined, {
  error: 'a weight or a leafWeight',
});

/** 0 and 2^64-1: no limit. */
const throttleDeviceSchema = record({ ...deviceNumbers, rate: uint64 });

/**
 * `linux.resources.blockIO`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#block-io
 * Rates are bytes or operations a second.
 */
export const blockIoSchema = record({
  weight: weight.optional(),
  leafWeight: weight.optional(),
  weightDevice: list(weightDeviceSchema),
  throttleReadBpsDevice: list(throttleDeviceSchema),
  throttleWriteBpsDevice: list(throttleDeviceSchema),
  throttleReadIOPSDevice: list(throttleDeviceSchema),
  throttleWriteIOPSDevice: list(throttleDeviceSchema),
});

/** Shares and limits of disks. */
export type BlockIo = z.infer<typeof blockIoSchema>;

/** The share of one disk. */
export type WeightDevice = z.infer<typeof weightDeviceSchema>;

/** A limit for one disk. */
export type ThrottleDevice = z.infer<typeof throttleDeviceSchema>;
