import type { Mount } from '../spec/mount.ts';
import type { SpecInput } from '../spec/spec.ts';
import { shmMount, usualMounts } from '../spec/usual-mounts.ts';
import { ociSpecVersion } from './versions.ts';

const capabilities = ['CAP_AUDIT_WRITE', 'CAP_KILL', 'CAP_NET_BIND_SERVICE'];

const files = 1024;

/** For whom a config is made: root of the host, or a user without rights. */
export interface ConfigOwner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * A config.json to begin with: a shell in `rootfs`, with few rights. The same as runc's, so that what people and tests
 * change in it is where they expect it.
 *
 * @param cgroup `v2`: the container gets a cgroup namespace as well.
 */
export function defaultConfig({ cgroup }: { readonly cgroup: 'v1' | 'v2' }): SpecInput {
  return {
    ociVersion: ociSpecVersion,
    process: {
      terminal: true,
      user: { uid: 0, gid: 0 },
      args: ['sh'],
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'TERM=xterm'],
      cwd: '/',
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        permitted: capabilities,
      },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: files, soft: files }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'berth',
    mounts: [...mounts],
    linux: {
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      namespaces: [
        ...(['pid', 'network', 'ipc', 'uts', 'mount'] as const).map((type) => ({ type })),
        ...(cgroup === 'v2' ? [{ type: 'cgroup' } as const] : []),
      ],
      maskedPaths: [
        ...['/proc/acpi', '/proc/asound', '/proc/kcore', '/proc/keys', '/proc/latency_stats'],
        ...['/proc/timer_list', '/proc/timer_stats', '/proc/sched_debug', '/sys/firmware'],
        '/proc/scsi',
      ],
      readonlyPaths: [
        ...['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger'],
      ],
    },
  };
}

/** The same for who may not make cgroups, network or devices: a user namespace in which the owner is root. */
export function rootlessConfig(owner: ConfigOwner): SpecInput {
  const config = defaultConfig({ cgroup: 'v1' });
  const kept = (config.linux?.namespaces ?? []).filter(({ type }) => type !== 'network');
  return {
    ...config,
    mounts: mounts.map((mount) =>
      mount.destination === '/sys'
        ? {
            destination: '/sys',
            type: 'none',
            source: '/sys',
            options: ['rbind', 'nosuid', 'noexec', 'nodev', 'ro'],
          }
        : { ...mount, options: mount.options.filter((option) => !/^[ug]id=/.test(option)) },
    ),
    linux: {
      ...config.linux,
      resources: undefined,
      uidMappings: [{ containerID: 0, hostID: owner.uid, size: 1 }],
      gidMappings: [{ containerID: 0, hostID: owner.gid, size: 1 }],
      namespaces: [...kept, { type: 'user' }],
    },
  };
}

const mounts: readonly Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: [] },
  usualMounts.dev,
  usualMounts.pts,
  shmMount('65536k'),
  usualMounts.mqueue,
  {
    destination: '/sys',
    type: 'sysfs',
    source: 'sysfs',
    options: ['nosuid', 'noexec', 'nodev', 'ro'],
  },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: ['nosuid', 'noexec', 'nodev', 'relatime', 'ro'],
  },
];
