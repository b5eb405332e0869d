import type { z } from 'zod';
import { list, record, text, uint32 } from './fields.ts';

/** IFNAMSIZ is 16 with the NUL; the kernel's dev_valid_name refuses the rest. */
const interfaceName = text.refine((value) => /^[^\s/:]{1,15}$/.test(value), {
  error: 'the name of a network interface, such as "eth0"',
});

/** `linux.resources.network`: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md#network */
export const networkResourcesSchema = record({
  /** What the container's packets are tagged with for traffic control; 0 is "not set". */
  classID: uint32.optional(),
  /** By interface of the runtime's own network namespace. */
  priorities: list(record({ name: interfaceName, priority: uint32 })),
});

/** Tags and priorities of a container's packets. */
export type NetworkResources = z.infer<typeof networkResourcesSchema>;
