import { readTextIfExists, writeFile } from '../../host/files.ts';
import { removeTree } from '../../host/remove-tree.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { logAttributes, logPlan } from '../log-drivers/log-plan.ts';
import { refuseWithoutSink } from '../log-drivers/open-sink.ts';
import { repairLog } from '../logs/repair-log.ts';
import type { Link } from '../links/linked-containers.ts';
import { hostsText, isHostGateway } from '../networking/hosts-text.ts';
import type { JoinedContainer } from '../networking/join-sandbox.ts';
import type { LogRequest } from '../../launch/monitor/log-request.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { networkKind } from '../model/network-mode.ts';
import type { IdRemap, StartRequest } from '../ports.ts';
import { refuseUnsharedBinds } from '../spec/bind-propagation.ts';
import { buildSpec } from '../spec/build-spec.ts';
import type { DonorPlaces } from '../spec/spec-namespaces.ts';
import { mountsOf } from '../spec/container-mounts.ts';
import { LayeredRootfs } from '../spec/layered-rootfs.ts';
import { hostnameFile, hostsFile, resolvConfFile } from '../spec/network-files.ts';
import { resolveUser } from '../spec/resolve-user.ts';
import type { ResolvedUser } from '../spec/resolve-user.ts';
import { containerDevices } from '../spec/spec-devices.ts';
import { readSubmounts } from '../spec/submounts.ts';
import type { ContainerFolder } from '../store/container-paths.ts';
import { mountVolumes } from '../volumes/container-volumes.ts';
import type { Container } from './container.ts';
import type { EngineState } from './engine-state.ts';

/** Root file system and user of a container: the user is looked up in the files of the root. */
type RootAndUser = Pick<StartRequest, 'rootfs'> & { readonly user: ResolvedUser };

/** Where what the container does not have for itself alone is. */
export interface StartPlaces {
  readonly donors: DonorPlaces;
  /** Its networks; `undefined` for one that has none of its own. */
  readonly joined: JoinedContainer | undefined;
  /** What its users stand for on the host; `undefined`: they are the host's. */
  readonly idRemap: IdRemap | undefined;
  /** What it has of containers that it is linked to. */
  readonly links: readonly Link[];
}

/**
 * Looks up and makes all that a start needs. Everything that does not need another's result goes on at the same time:
 * this is on the way of every `docker run`.
 *
 * @throws CONTAINER_USER_NOT_FOUND, CONTAINER_CONFIG_INVALID, SNAPSHOT_MISSING, MOUNT_NOT_SHARED
 */
export async function prepareStart(
  state: EngineState,
  container: Container,
  { donors, joined, idRemap, links }: StartPlaces,
): Promise<StartRequest> {
  const { record } = container;
  const folder = state.folder(container);
  const [{ rootfs, user }, devices, hasSubmounts] = await Promise.all([
    rootAndUser(state, record),
    containerDevices(record.hostConfig),
    submountsOf(record),
    freshRunFolder(folder),
    donors.names === undefined
      ? writeNameFiles(state, record, { folder, joined, links })
      : undefined,
    wholeLog(container, folder),
    refuseWithoutSink(state, record),
    refuseUnsharedBinds(mountsOf(record)),
    mountVolumes(state, container, idRemap),
  ]);
  return {
    id: record.id,
    spec: buildSpec({
      ...{ record, folder, user, devices, hasSubmounts, idRemap },
      available: state.capabilities,
      security: state.ports.defaults.security,
      linked: links.flatMap(({ environment }) => environment),
      volumePath: (name) => state.volumes.dataPath(name),
      donors: joined === undefined ? donors : withSandbox(donors, joined),
    }),
    rootfs,
    runDir: folder.runFolder,
    ...logRequest(record, folder),
    stdin: record.config.OpenStdin ? 'open' : 'none',
    init: record.hostConfig.Init ?? state.ports.defaults.init,
  };
}

/** A user namespace that the sandbox brings is the container's; in one of others it has none of its own. */
function withSandbox(donors: DonorPlaces, { sandbox }: JoinedContainer): DonorPlaces {
  const { namespace: net, userNamespace: user } = sandbox;
  return { ...donors, net, ...(user === undefined ? {} : { user }) };
}

async function rootAndUser(
  { ports, layerFiles }: EngineState,
  record: ContainerRecord,
): Promise<RootAndUser> {
  const rootfs = await ports.snapshots.containerRootfs(record.id);
  const files = new LayeredRootfs(rootfs, layerFiles);
  const [passwd = '', group = ''] = await Promise.all([
    files.readText('/etc/passwd'),
    files.readText('/etc/group'),
  ]);
  const { config, hostConfig } = record;
  // On the disk they are those of the image, whomever they stand for on the host.
  // With AutoRemove they go with the container: its end need not wait until all that anybody wrote is on the disk.
  const changes = hostConfig.AutoRemove ? 'volatile' : 'kept';
  const own =
    rootfs.type === 'overlay' ? ({ ...rootfs, ids: 'container', changes } as const) : rootfs;
  return {
    rootfs: own,
    user: resolveUser(config.User, hostConfig.GroupAdd ?? [], { passwd, group }),
  };
}

function logRequest(record: ContainerRecord, folder: ContainerFolder): LogRequest {
  const { path, rotation } = logPlan(record, folder);
  return { logFile: path, logRotation: rotation, logAttributes: logAttributes(record) };
}

/** An exit record in the run folder must be that of the run to come, or it would be taken for it. */
async function freshRunFolder({ runFolder }: ContainerFolder): Promise<void> {
  const made = await makeFolders(runFolder, 0o700);
  if (made !== undefined) return;
  await removeTree(runFolder);
  await makeFolders(runFolder, 0o700);
}

async function writeNameFiles(
  { ports }: EngineState,
  record: ContainerRecord,
  {
    folder,
    joined,
    links,
  }: Pick<StartPlaces, 'joined' | 'links'> & {
    readonly folder: ContainerFolder;
  },
): Promise<void> {
  const resolvConf = async (): Promise<string> => {
    if (joined?.resolvConf !== undefined) return joined.resolvConf;
    const { defaults } = ports;
    const host = await readTextIfExists(defaults.resolvConfPath ?? ports.host.resolvConfPath);
    return resolvConfFile(record, { host: host ?? '', defaults });
  };
  const hosts = async (): Promise<string> => {
    const extra = record.hostConfig.ExtraHosts ?? [];
    // In the host's network its names hold, too, unless others are asked for (libnetwork/sandbox_dns_unix.go of moby 28.5).
    if (extra.length === 0 && networkKind(record.hostConfig) === 'host') {
      const own = await readTextIfExists('/etc/hosts');
      if (own !== undefined) return own;
    }
    if (joined === undefined && !extra.some(isHostGateway)) return hostsFile(record);
    return hostsText(record, joined?.sandbox.endpoints ?? [], {
      networks: ports.networks,
      links: links.map(({ hosts: entry }) => entry),
    });
  };
  await Promise.all([
    resolvConf().then((text) => writeFile(folder.resolvConf, text, { mode: 0o644 })),
    writeFile(folder.hostname, hostnameFile(record), { mode: 0o644 }),
    hosts().then((text) => writeFile(folder.hosts, text, { mode: 0o644 })),
  ]);
}

/** Only read-only binds need to know, so that nothing is read without any bind. */
async function submountsOf({ hostConfig }: ContainerRecord): Promise<(path: string) => boolean> {
  const binds = (hostConfig.Binds ?? []).length + (hostConfig.Mounts ?? []).length;
  return binds > 0 ? readSubmounts() : () => false;
}

async function wholeLog(container: Container, folder: ContainerFolder): Promise<void> {
  const hasRun = container.record.state.startedAt !== 0;
  if (hasRun && !container.logIsWhole) await repairLog(logPlan(container.record, folder).path);
  container.logIsWhole = true;
}
