import { z } from 'zod';
import { record, uint32 } from './fields.ts';

const rdmaLimitSchema = record({
  hcaHandles: uint32.optional(),
  hcaObjects: uint32.optional(),
}).refine((limit) => limit.hcaHandles !== undefined || limit.hcaObjects !== undefined, {
  error: 'hcaHandles or hcaObjects',
});

/**
 * `linux.resources.rdma`, by the name of the device, such as `mlx5_1`:
 * https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#rdma
 */
export const rdmaLimitsSchema = z
  .record(z.string(), rdmaLimitSchema, { error: 'an object of limits by device' })
  .superRefine((limits, context) => {
    for (const name of Object.keys(limits).filter((device) => !/^[^\s/]+$/.test(device))) {
      context.addIssue({ code: 'custom', path: [name], message: 'the name of an RDMA device' });
    }
  })
  .readonly()
  .default({});

/** How many handles and objects of RDMA devices a container may have. */
export type RdmaLimits = z.infer<typeof rdmaLimitsSchema>;
