import { z } from 'zod';

import { argumentList, flag, integer, text, textMap, texts } from './container-config.ts';
import { mountPointSchema } from './mount-point.ts';

const objects = z.array(z.looseObject({})).nullable().default(null);

const weightDevices = z
  .array(z.object({ Path: text, Weight: z.int().min(0).max(0xffff).default(0) }))
  .nullable()
  .default(null);

/** Bytes or operations a second. */
const throttleDevices = z
  .array(z.object({ Path: text, Rate: z.int().min(0).default(0) }))
  .nullable()
  .default(null);

const portBindingsSchema = z
  .record(z.string(), z.array(z.object({ HostIp: text, HostPort: text })).nullable())
  .nullable()
  .default(null);

const logConfigSchema = z.object({ Type: text, Config: textMap }).prefault({});

/** What becomes of a container that ends. */
export const restartPolicySchema = z
  .object({ Name: text, MaximumRetryCount: integer })
  .prefault({});

const deviceSchema = z.object({
  PathOnHost: text,
  PathInContainer: text,
  CgroupPermissions: text,
});

const ulimitSchema = z.object({ Name: z.string(), Soft: z.int(), Hard: z.int() });

/** Limits: `Resources` of Docker Engine API 1.51. */
export const resourceFields = {
  CpuShares: integer,
  /** Bytes. */
  Memory: integer,
  /** Billionths of a processor. */
  NanoCpus: integer,
  CgroupParent: text,
  BlkioWeight: integer,
  BlkioWeightDevice: weightDevices,
  BlkioDeviceReadBps: throttleDevices,
  BlkioDeviceWriteBps: throttleDevices,
  BlkioDeviceReadIOps: throttleDevices,
  BlkioDeviceWriteIOps: throttleDevices,
  /** Microseconds. */
  CpuPeriod: integer,
  /** Microseconds in each period. */
  CpuQuota: integer,
  CpuRealtimePeriod: integer,
  CpuRealtimeRuntime: integer,
  CpusetCpus: text,
  CpusetMems: text,
  Devices: z.array(deviceSchema).nullable().default(null),
  DeviceCgroupRules: texts,
  DeviceRequests: objects,
  KernelMemory: integer,
  KernelMemoryTCP: integer,
  MemoryReservation: integer,
  /** Memory and swap together, in bytes; -1 is unlimited swap. */
  MemorySwap: integer,
  /** 0 to 100; -1 and null leave it as it is. */
  MemorySwappiness: z.int().nullable().default(null),
  OomKillDisable: z.boolean().nullable().default(null),
  /** 0, -1 and null: no limit. */
  PidsLimit: z.int().nullable().default(null),
  Ulimits: z.array(ulimitSchema).nullable().default(null),
  CpuCount: integer,
  CpuPercent: integer,
  IOMaximumIOps: integer,
  IOMaximumBandwidth: integer,
};

/**
 * How a container sits on this host: `HostConfig` of Docker Engine API 1.51, with Docker's own field names. Every
 * field is there after parsing. Which of them berth carries out is in `create/refusals.ts`.
 */
export const hostConfigSchema = z.object({
  Binds: texts,
  ContainerIDFile: text,
  LogConfig: logConfigSchema,
  NetworkMode: text,
  PortBindings: portBindingsSchema,
  RestartPolicy: restartPolicySchema,
  AutoRemove: flag,
  VolumeDriver: text,
  VolumesFrom: texts,
  /** Rows, columns. */
  ConsoleSize: z
    .array(z.int().min(0).max(0xffff))
    .length(2)
    .nullish()
    .transform((value) => value ?? [0, 0]),
  Annotations: textMap,
  CapAdd: argumentList,
  CapDrop: argumentList,
  CgroupnsMode: text,
  Dns: texts,
  DnsOptions: texts,
  DnsSearch: texts,
  ExtraHosts: texts,
  GroupAdd: texts,
  IpcMode: text,
  Cgroup: text,
  Links: texts,
  OomScoreAdj: integer,
  PidMode: text,
  Privileged: flag,
  PublishAllPorts: flag,
  ReadonlyRootfs: flag,
  SecurityOpt: texts,
  StorageOpt: textMap,
  Tmpfs: textMap,
  UTSMode: text,
  UsernsMode: text,
  /** Bytes; 0 is the default of 64 MiB. */
  ShmSize: integer,
  Sysctls: textMap,
  Runtime: text,
  Isolation: text,
  ...resourceFields,
  Mounts: z.array(mountPointSchema).nullable().default(null),
  MaskedPaths: texts,
  ReadonlyPaths: texts,
  Init: z.boolean().nullable().default(null),
});

/** A parsed `HostConfig`. */
export type HostConfig = Readonly<z.infer<typeof hostConfigSchema>>;
