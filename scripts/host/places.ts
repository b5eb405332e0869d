/** Where berth puts things on a host (DESIGN section 4). Paths as on the host, before any root prefix. */
export const places = {
  configFolder: '/etc/berth',
  daemonConfig: '/etc/berth/daemon.json',
  /** The daemon's environment, which may hold passwords of proxies; mode 0600. */
  daemonEnvironment: '/etc/berth/environment',
  /** Checks that a person has waived, with reason and last day; never written by berth. */
  waivers: '/etc/berth/waivers.yaml',
  sysctlFile: '/etc/sysctl.d/60-berth.conf',
  modulesFile: '/etc/modules-load.d/berth.conf',
  /** Data root unless `--data-root` says otherwise. */
  dataRoot: '/var/lib/berth',
  /** Journal and results; always here, wherever the data root is. */
  stateFolder: '/var/lib/berth',
  provisionFolder: '/var/lib/berth/provision',
  journal: '/var/lib/berth/provision/journal.jsonl',
  runFolder: '/run/berth',
  apiSocket: '/run/berth/berth.sock',
  dockerSocket: '/var/run/docker.sock',
  supervisorState: '/run/berth/supervisor.state',
  supervisedService: '/run/berth/service.json',
  logFolder: '/var/log/berth',
  daemonLog: '/var/log/berth/berthd.log',
  /** Held while a run changes the host. Not in the run folder, which does not exist before the first run. */
  lock: '/run/berth-provision.lock',
  systemdUnit: '/etc/systemd/system/berth.service',
  systemdSocket: '/etc/systemd/system/berth.socket',
  openrcScript: '/etc/init.d/berth',
} as const;

/** The group whose members may use the API socket. */
export const apiGroup = 'berth';

/** Name of the daemon's service. */
export const serviceName = 'berth';

/** Empty file by which a daemon keeps others from its data root. */
export const dataRootLock = 'berthd.lock';

/** Folders that the daemon, and `berth mirror serve`, keep below their data root. */
export const dataFolders = [
  'containers',
  'images',
  'mirror',
  'networks',
  'registries',
  'snapshots',
  'volumes',
] as const;

/** Folder of berth's containers in each control group hierarchy. */
export const cgroupFolder = 'berth';
