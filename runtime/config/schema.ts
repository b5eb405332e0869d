import { z } from 'zod';
import { defaultSocket } from './defaults.ts';
import { isHostAddress, parseLoopbackAddress } from './host-address.ts';
import { networkKeys } from './network-keys.ts';
import { isMirrorUrl, isNetworkOrHost, isProxyUrl } from './registry-values.ts';
import { parseSize } from './size.ts';

const text = z.string({ error: 'a string' });
const textList = z.array(text, { error: 'a list of strings' }).readonly();
const flag = z.boolean({ error: 'true or false' });
const count = z.int({ error: 'a whole number' }).min(1, { error: 'at least 1' });
const path = text.startsWith('/', { error: 'an absolute path' });
/** Docker takes an empty text for none. */
const optionalPath = text.refine((value) => value === '' || value.startsWith('/'), {
  error: 'an absolute path',
});
const mirrorUrl = text.refine(isMirrorUrl, {
  error: 'http:// or https://, a host, and neither query nor fragment',
});
const mirrorUrls = z.array(mirrorUrl, { error: 'a list of URLs' }).readonly();
const proxyUrl = text.refine(isProxyUrl, { error: 'an http:// or https:// URL' });
const ipAddress = z.union([z.ipv4(), z.ipv6()], { error: 'an IP address' });

const word = <const Words extends readonly string[]>(
  words: Words,
  error: string,
): z.ZodEnum<{ [Word in Words[number]]: Word }> => z.enum(words, { error });

/** Docker's key `proxies`: how the daemon itself reaches registries. */
const proxiesSchema = z.strictObject(
  {
    'http-proxy': proxyUrl.optional(),
    'https-proxy': proxyUrl.optional(),
    'no-proxy': text.optional(),
  },
  { error: 'an object with "http-proxy", "https-proxy" and "no-proxy"' },
);

const limit = z.int({ error: 'a whole number' }).min(-1, { error: 'a number, or -1 for no limit' });
const ulimit = z
  .strictObject(
    { Name: text, Soft: limit, Hard: limit },
    { error: 'an object with "Name", "Soft" and "Hard"' },
  )
  .refine(({ Soft, Hard }) => Hard === -1 || (Soft !== -1 && Soft <= Hard), {
    error: 'a "Soft" limit that is not above the "Hard" one',
  });

const size = z
  .unknown()
  .refine((value) => sizeOf(value) !== undefined, {
    error: 'a number of bytes, or one with a unit such as "64m"',
  })
  .transform((value) => sizeOf(value) ?? 0);

function sizeOf(value: unknown): number | undefined {
  if (typeof value === 'string') return parseSize(value);
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

const label = text.regex(/^[^=\s][^=]*=/, { error: 'a label such as "name=value"' });

/** Keys of daemon.json, but for those of networks: Docker's own names and meanings (dockerd(8), moby 28.5). */
const honouredKeys = {
  'data-root': path.default('/var/lib/berth'),
  'exec-root': path.default('/run/berth'),
  hosts: z
    .array(
      text.refine(isHostAddress, {
        error: 'unix:// and an absolute path, tcp:// with host and port, or fd://',
      }),
      {
        error: 'a list of addresses',
      },
    )
    .min(1, { error: 'at least one address' })
    .readonly()
    .default([`unix://${defaultSocket}`]),
  tls: flag.optional(),
  tlsverify: flag.optional(),
  tlscacert: optionalPath.default(''),
  tlscert: optionalPath.default(''),
  tlskey: optionalPath.default(''),
  group: text.default('berth'),
  pidfile: optionalPath.default(''),
  debug: flag.default(false),
  experimental: flag.default(false),
  'log-level': word(
    ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal', 'panic'],
    '"trace", "debug", "info", "warn", "error", "fatal" or "panic"',
  ).default(''),
  'log-format': word(['', 'json', 'text'], '"json" or "text"').default(''),
  labels: z.array(label, { error: 'a list of labels' }).readonly().default([]),
  'metrics-addr': text
    .refine((value) => value === '' || parseLoopbackAddress(value) !== undefined, {
      error: 'an address of loopback and a port, such as "127.0.0.1:9323"',
    })
    .default(''),
  'shutdown-timeout': z
    .int({ error: 'a whole number' })
    .min(-1, { error: 'a number, or -1 for no limit' })
    .optional(),
  'userns-remap': text.default(''),
  init: flag.default(false),
  'cgroup-parent': text.default(''),
  'default-ulimits': z.record(z.string(), ulimit, { error: 'limits by name' }).default({}),
  'default-shm-size': size.default(64 * 1024 * 1024),
  'default-ipc-mode': word(['', 'private', 'shareable'], '"private" or "shareable"').default(''),
  'default-cgroupns-mode': word(['', 'private', 'host'], '"private" or "host"').default(''),
  'seccomp-profile': text
    .refine((value) => ['', 'builtin', 'unconfined'].includes(value) || value.startsWith('/'), {
      error: '"builtin", "unconfined" or an absolute path',
    })
    .default(''),
  'no-new-privileges': flag.default(false),
  dns: z.array(ipAddress, { error: 'a list of IP addresses' }).readonly().default([]),
  'dns-opts': textList.default([]),
  'dns-search': textList.default([]),
  'resolv-conf': optionalPath.default(''),
  'log-driver': text.min(1, { error: 'the name of a log driver' }).default('json-file'),
  'log-opts': z.record(z.string(), text, { error: 'an object of strings' }).default({}),
  'registry-mirrors': mirrorUrls.default([]),
  // Not Docker's: mirrors of any registry, by its name.
  'registry-mirrors-for': z
    .record(z.string(), mirrorUrls, { error: 'lists of URLs by registry' })
    .default({}),
  'insecure-registries': z
    .array(text.refine(isNetworkOrHost, { error: 'a host with or without a port, or a network' }), {
      error: 'a list of strings',
    })
    .readonly()
    .default([]),
  'max-concurrent-downloads': count.default(3),
  'max-concurrent-uploads': count.default(5),
  'max-download-attempts': count.default(5),
  proxies: proxiesSchema.default({}),
  features: z
    .record(z.string(), z.literal(false, { error: 'false: berth has no such feature' }), {
      error: 'switches by name',
    })
    .default({}),
};

/** What a daemon.json may hold, but for the keys of `refused-keys.ts` with values that ask for nothing. */
export const daemonSchema = z.strictObject(
  { ...honouredKeys, ...networkKeys },
  { error: 'an object' },
);

/** A configuration whose keys have the right types. */
export type ParsedConfig = z.infer<typeof daemonSchema>;
