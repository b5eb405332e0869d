import type { z } from 'zod';

import { containerConfigSchema } from './container-config.ts';
import { hostConfigSchema } from './host-config.ts';
import { networkingConfigSchema } from './networking-config.ts';

/** The body of `POST /containers/create`: a `ContainerConfig` with two more fields, taken apart. */
export const createRequestSchema = containerConfigSchema
  .extend({
    HostConfig: hostConfigSchema.nullish(),
    NetworkingConfig: networkingConfigSchema.nullish(),
  })
  .transform(({ HostConfig, NetworkingConfig, ...config }) => ({
    config,
    hostConfig: HostConfig ?? hostConfigSchema.parse({}),
    networkingConfig: NetworkingConfig ?? networkingConfigSchema.parse({}),
  }));

/** What a client wants a new container to be. */
export type CreateRequest = Readonly<z.infer<typeof createRequestSchema>>;
