import type { z } from 'zod';
import { deviceSchema } from './device.ts';
import {
  absolutePath,
  list,
  mostSteps,
  oneOf,
  record,
  text,
  textMap,
  withoutTwins,
} from './fields.ts';
import { idMappingsSchema } from './id-mappings.ts';
import { intelRdtSchema } from './intel-rdt.ts';
import { personalitySchema } from './personality.ts';
import { resourcesSchema } from './resources.ts';
import { seccompSchema } from './seccomp.ts';
import { seLinuxLabel } from './security-label.ts';
import { type TimeOffsets, timeOffsetsSchema } from './time-offsets.ts';

/** The eight namespaces of namespaces(7). */
export const namespaceTypes = [
  'pid',
  'network',
  'mount',
  'ipc',
  'uts',
  'user',
  'cgroup',
  'time',
] as const;

const namespaceSchema = record({
  type: oneOf(namespaceTypes),
  /** A file to join, such as /proc/1234/ns/net; absent: a new namespace. */
  path: absolutePath.optional(),
});

function isEmpty(offsets: TimeOffsets = {}): boolean {
  return Object.keys(offsets).length === 0;
}

function makesTimeNamespace(namespaces: readonly Namespace[]): boolean {
  return namespaces.some(({ type, path }) => type === 'time' && path === undefined);
}

/** `linux` of a config: https://github.com/opencontainers/runtime-spec/blob/v1.2.1/config-linux.md */
export const linuxSchema = record({
  /** A type that is missing here is shared with the host. */
  namespaces: list(namespaceSchema).superRefine(withoutTwins((namespace) => namespace.type)),
  uidMappings: idMappingsSchema,
  gidMappings: idMappingsSchema,
  /** Besides null, zero, full, random, urandom, tty, console and ptmx, which every container has. */
  devices: list(deviceSchema, mostSteps),
  /** Absolute: from the mount of each hierarchy. Absent: the runtime chooses. */
  cgroupsPath: text.optional(),
  resources: resourcesSchema.optional(),
  seccomp: seccompSchema.optional(),
  rootfsPropagation: oneOf([
    'private',
    'shared',
    'slave',
    'unbindable',
    'rprivate',
    'rshared',
    'rslave',
    'runbindable',
  ]).optional(),
  /** Hidden: an empty, read-only file or folder is mounted over them. */
  maskedPaths: list(absolutePath, mostSteps),
  readonlyPaths: list(absolutePath, mostSteps),
  /** By name with dots, such as `net.ipv4.ip_forward`. */
  sysctl: textMap(mostSteps),
  /** SELinux context of the mounts. */
  mountLabel: seLinuxLabel.optional(),
  personality: personalitySchema.optional(),
  /** Of a new time namespace. */
  timeOffsets: timeOffsetsSchema.optional(),
  /** Set, even to nothing: the container gets a class of its own. */
  intelRdt: intelRdtSchema.optional(),
}).refine(({ timeOffsets, namespaces }) => isEmpty(timeOffsets) || makesTimeNamespace(namespaces), {
  path: ['timeOffsets'],
  error: 'none without a new "time" namespace: offsets belong to one (time_namespaces(7))',
});

/** The part of a config that only Linux has. */
export type Linux = z.infer<typeof linuxSchema>;

/** A namespace to make or to join. */
export type Namespace = z.infer<typeof namespaceSchema>;

/** What kind of namespace. */
export type NamespaceType = (typeof namespaceTypes)[number];
