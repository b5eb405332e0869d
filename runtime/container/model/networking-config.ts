import { z } from 'zod';

import { integer, text, texts, textMap } from './container-config.ts';

const ipamSchema = z.object({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts });

/** The fields of `EndpointSettings` that a client may set; those that say what is so are not looked at. */
export const endpointSettingsSchema = z.object({
  IPAMConfig: ipamSchema.nullable().default(null),
  Links: texts,
  /** More names that others in the network find the container by. */
  Aliases: texts,
  MacAddress: text,
  DriverOpts: textMap,
  /** The highest gets the default route. */
  GwPriority: integer,
});

/** How a container is to be connected to a network. */
export type EndpointSettings = Readonly<z.infer<typeof endpointSettingsSchema>>;

/** Nothing in particular. */
export const plainEndpoint: EndpointSettings = {
  IPAMConfig: null,
  Links: null,
  Aliases: null,
  MacAddress: '',
  DriverOpts: null,
  GwPriority: 0,
};

/** `NetworkingConfig` of Docker Engine API 1.51: the networks a container is to join, by name. */
export const networkingConfigSchema = z.object({
  EndpointsConfig: z.record(z.string(), endpointSettingsSchema.nullable()).nullable().default(null),
});
