import { z } from 'zod';

import { integer, text, texts, textMap } from './container-config.ts';

/** The fields of `EndpointSettings` that a client may set. */
const endpointSchema = z.object({
  IPAMConfig: z.looseObject({}).nullable().default(null),
  Links: texts,
  Aliases: texts,
  MacAddress: text,
  DriverOpts: textMap,
  GwPriority: integer,
});

/** `NetworkingConfig` of Docker Engine API 1.51: the networks a container is to join, by name. */
export const networkingConfigSchema = z.object({
  EndpointsConfig: z.record(z.string(), endpointSchema.nullable()).nullable().default(null),
});
