import type { CgroupVersion } from '../../host/cgroup-version.ts';
import { completeLogConfig } from '../log-drivers/complete-log-config.ts';
import type { HostConfig } from '../model/host-config.ts';
import type { ContainerDefaults } from '../ports.ts';
import { hiddenPaths } from '../spec/hidden-paths.ts';
import { defaultShmBytes } from '../spec/spec-mounts.ts';
import { defaultCgroupns } from './default-cgroupns.ts';
import { ownRuntime } from './runtime-names.ts';

/** What a client left open, filled in as Docker does, so that `docker inspect` shows what counts. */
export function completeHostConfig(
  asked: HostConfig,
  defaults: ContainerDefaults,
  cgroupVersion: CgroupVersion,
): HostConfig {
  const { maskedPaths, readonlyPaths } = hiddenPaths(asked);
  return {
    ...asked,
    LogConfig: completeLogConfig(asked.LogConfig, defaults.log),
    NetworkMode: asked.NetworkMode === '' ? 'default' : asked.NetworkMode,
    RestartPolicy: restartPolicy(asked),
    CgroupnsMode: asked.CgroupnsMode || cgroupnsMode(asked, defaults, cgroupVersion),
    IpcMode: asked.IpcMode || (defaults.ipcMode ?? 'private'),
    SecurityOpt: securityOptions(asked),
    ShmSize: asked.ShmSize || (defaults.shmSizeBytes ?? defaultShmBytes),
    // Written down: a container that runs stays where it is, whatever the daemon is told later.
    CgroupParent: asked.CgroupParent || (defaults.cgroupParent ?? ''),
    Ulimits: mergeUlimits(asked.Ulimits, defaults.ulimits ?? []),
    Runtime: asked.Runtime || ownRuntime,
    // Docker: without a word about swap a container may use as much of it as of memory.
    MemorySwap: asked.MemorySwap === 0 && asked.Memory > 0 ? asked.Memory * 2 : asked.MemorySwap,
    MemorySwappiness: asked.MemorySwappiness === -1 ? null : asked.MemorySwappiness,
    OomKillDisable: asked.OomKillDisable ?? false,
    PidsLimit: (asked.PidsLimit ?? 0) > 0 ? asked.PidsLimit : null,
    MaskedPaths: asked.Privileged ? asked.MaskedPaths : [...maskedPaths],
    ReadonlyPaths: asked.Privileged ? asked.ReadonlyPaths : [...readonlyPaths],
  };
}

/** Whoever is in namespaces of the host has no label of SELinux's, unless the client says so (moby's generateSecurityOpt). */
function securityOptions(asked: HostConfig): HostConfig['SecurityOpt'] {
  const { SecurityOpt, Privileged, IpcMode, PidMode } = asked;
  const isOfHost = Privileged || IpcMode === 'host' || PidMode === 'host';
  const isLabelled = (SecurityOpt ?? []).some((option) => option.split('=')[0] === 'label');
  return isOfHost && !isLabelled ? [...(SecurityOpt ?? []), 'label=disable'] : SecurityOpt;
}

/** A privileged container shares the host's with cgroup v1, whatever daemon.json says of others. */
function cgroupnsMode(
  { Privileged }: HostConfig,
  defaults: ContainerDefaults,
  cgroupVersion: CgroupVersion,
): string {
  if (Privileged && cgroupVersion === '1') return 'host';
  return defaults.cgroupnsMode ?? defaultCgroupns(cgroupVersion);
}

/** The client's own, and those of the daemon that it does not name. */
function mergeUlimits(
  own: HostConfig['Ulimits'],
  others: NonNullable<HostConfig['Ulimits']>,
): HostConfig['Ulimits'] {
  const names = new Set((own ?? []).map(({ Name }) => Name));
  const added = others.filter(({ Name }) => !names.has(Name));
  return added.length === 0 ? own : [...(own ?? []), ...added];
}

/** Old clients leave the name empty, and whatever number they give then means nothing. */
function restartPolicy({ RestartPolicy }: HostConfig): HostConfig['RestartPolicy'] {
  return RestartPolicy.Name === '' ? { Name: 'no', MaximumRetryCount: 0 } : RestartPolicy;
}
