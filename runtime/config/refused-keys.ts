/** A key of Docker's that berth cannot carry out, unless its value asks for nothing that berth does not do. */
export interface RefusedKey {
  /** Values that pass: Docker's own default, and what berth does anyway. Empty ones pass always. */
  readonly accepted?: readonly unknown[];
  /** What to have instead. */
  readonly wanted: string;
}

const noSwarm: RefusedKey = { wanted: 'nothing: berth has no swarm mode' };
const noContainerd: RefusedKey = { wanted: 'nothing: berth works without containerd' };
const ownInit: RefusedKey = { wanted: 'nothing: berth brings its own init ("init": true)' };
const noDevices: RefusedKey = { wanted: 'nothing: berth has no device requests' };

/** All keys that moby 28.5 knows and berth refuses, and those that earlier Docker knew. */
export const refusedKeys: Readonly<Record<string, RefusedKey>> = {
  'storage-driver': {
    accepted: ['overlay2', 'overlayfs'],
    wanted: '"overlay2": berth has no other storage driver',
  },
  'storage-opts': { wanted: 'nothing: the storage driver of berth has no options' },
  'live-restore': { accepted: [true], wanted: 'true: containers always run on when berthd stops' },
  'selinux-enabled': {
    accepted: [false],
    wanted: 'false: berth gives containers no labels by itself',
  },
  'default-runtime': {
    accepted: ['berth', 'runc', 'io.containerd.runc.v2'],
    wanted: '"berth": berth is its own runtime',
  },
  runtimes: { wanted: 'nothing: berth is its own runtime' },
  'exec-opts': {
    accepted: [['native.cgroupdriver=cgroupfs']],
    wanted: '"native.cgroupdriver=cgroupfs": berth makes control groups itself',
  },
  'default-init': ownInit,
  'init-path': ownInit,
  'cpu-rt-period': { wanted: 'nothing: give real-time limits to containers' },
  'cpu-rt-runtime': { wanted: 'nothing: give real-time limits to containers' },
  'authorization-plugins': { wanted: 'nothing: berth has no plugins; use client certificates' },
  builder: { wanted: 'nothing: berth has no builder' },
  'cdi-spec-dirs': noDevices,
  'node-generic-resources': noSwarm,
  'swarm-default-advertise-addr': noSwarm,
  'swarm-raft-heartbeat-tick': noSwarm,
  'swarm-raft-election-tick': noSwarm,
  'cluster-advertise': noSwarm,
  'cluster-store': noSwarm,
  'cluster-store-opts': noSwarm,
  containerd: noContainerd,
  'containerd-namespace': noContainerd,
  'containerd-plugin-namespace': noContainerd,
  'cri-containerd': { accepted: [false], wanted: 'nothing: berth works without containerd' },
  rootless: { accepted: [false], wanted: 'false: berthd runs as root' },
  // Berth's own text format is the one that Docker calls raw.
  'raw-logs': { accepted: [false, true], wanted: 'true or false' },
  'network-control-plane-mtu': { ...noSwarm, accepted: [1500] },
  'userland-proxy-path': { wanted: 'nothing: berth brings its own proxy of ports' },
  'network-diagnostic-port': { wanted: 'nothing: berth has no network diagnosis' },
  'api-cors-header': { wanted: 'nothing: put a reverse proxy before the API' },
  'allow-nondistributable-artifacts': { wanted: 'nothing: all layers are pushed' },
  'deprecated-key-path': { wanted: 'nothing: berth signs no manifests' },
  'oom-score-adjust': { wanted: 'nothing: set OOMScoreAdjust= of the service' },
  graph: { wanted: 'nothing: its name is "data-root"' },
};

/** Whether a key's value asks for something that berth does not do. */
export function isRefused({ accepted = [] }: RefusedKey, value: unknown): boolean {
  if (value === null || value === '' || value === 0) return false;
  if (typeof value === 'object' && Object.keys(value).length === 0) return false;
  const asText = JSON.stringify(value);
  return !accepted.some((each) => JSON.stringify(each) === asText);
}
