import type { HostConfig } from '../model/host-config.ts';
import { hiddenPaths } from '../spec/hidden-paths.ts';
import { defaultShmBytes } from '../spec/spec-mounts.ts';

/** What a client left open, filled in as Docker does, so that `docker inspect` shows what counts. */
export function completeHostConfig(asked: HostConfig): HostConfig {
  const { maskedPaths, readonlyPaths } = hiddenPaths(asked);
  return {
    ...asked,
    LogConfig: { Type: 'json-file', Config: asked.LogConfig.Config ?? {} },
    NetworkMode: asked.NetworkMode === '' ? 'default' : asked.NetworkMode,
    RestartPolicy: { ...asked.RestartPolicy, Name: 'no' },
    CgroupnsMode: asked.CgroupnsMode === '' ? 'private' : asked.CgroupnsMode,
    IpcMode: asked.IpcMode === '' ? 'private' : asked.IpcMode,
    ShmSize: asked.ShmSize === 0 ? defaultShmBytes : asked.ShmSize,
    Runtime: 'berth',
    MemorySwappiness: asked.MemorySwappiness === -1 ? null : asked.MemorySwappiness,
    OomKillDisable: asked.OomKillDisable ?? false,
    PidsLimit: (asked.PidsLimit ?? 0) > 0 ? asked.PidsLimit : null,
    MaskedPaths: [...maskedPaths],
    ReadonlyPaths: [...readonlyPaths],
  };
}
