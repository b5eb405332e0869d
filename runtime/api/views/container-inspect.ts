import type { Container } from '../../container/lifecycle/container.ts';
import type { ContainerRecord } from '../../container/model/container-record.ts';
import { isLive } from '../../container/model/container-state.ts';
import { wishedNetworks } from '../../container/model/network-mode.ts';
import { programArguments } from '../../container/spec/build-spec.ts';
import type { ContainerFolder } from '../../container/store/container-paths.ts';
import { statusWord } from './container-status.ts';
import { goTime } from './go-time.ts';
import { healthView, healthcheckView } from './health-view.ts';
import { mountsView, type MountPlaces } from './mounts-view.ts';
import { type NetworkFacts, networkSettingsView } from './network-settings.ts';

/** Fields that Go leaves out of `HostConfig` when they are empty. */
const omittedWhenEmpty = [
  'Annotations',
  'StorageOpt',
  'Tmpfs',
  'Sysctls',
  'Mounts',
  'Init',
  'KernelMemory',
  'KernelMemoryTCP',
];

/** Fields that Go leaves out of `Config` when they are empty. */
const omittedConfig = [
  'ExposedPorts',
  'ArgsEscaped',
  'NetworkDisabled',
  'MacAddress',
  'StopSignal',
  'StopTimeout',
  'Shell',
];

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || value === 0 || value === false;
}

function without(
  fields: Readonly<Record<string, unknown>>,
  omitted: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(fields).filter(([key, value]) => !(omitted.includes(key) && isEmpty(value))),
  );
}

/** A container as `GET /containers/{id}/json` has it. */
export function containerInspect(
  container: Container,
  {
    folder,
    layers,
    execIds,
    places,
    networks,
    links,
    version,
  }: {
    readonly folder: ContainerFolder;
    /** Folders of the read-only layers, topmost first. */
    readonly layers: readonly string[];
    readonly execIds: readonly string[];
    readonly places: MountPlaces;
    readonly networks: NetworkFacts;
    /** `HostConfig.Links`, as they are by now. */
    readonly links: readonly string[];
    /** The client's, of the API. */
    readonly version: string;
  },
): Readonly<Record<string, unknown>> {
  const { record, connection } = container;
  const { config, hostConfig } = record;
  const [path = '', ...args] = programArguments(config);
  return {
    Id: record.id,
    Created: goTime(record.createdMs),
    Path: path,
    Args: args,
    State: stateView(container, connection?.pid ?? 0),
    Image: record.imageId,
    ...filePaths(record, folder),
    Name: `/${record.name}`,
    RestartCount: record.restartCount,
    Driver: 'overlay2',
    Platform: 'linux',
    MountLabel: '',
    ProcessLabel: '',
    AppArmorProfile: '',
    ExecIDs: execIds.length === 0 ? null : execIds,
    HostConfig: {
      ...without(hostConfig, omittedWhenEmpty),
      ...hostNetworkLists(hostConfig),
      Links: links.length === 0 ? null : links,
    },
    GraphDriver: {
      Name: 'overlay2',
      Data: graphData(record.id, folder, { layers, pid: connection?.pid ?? 0 }),
    },
    Mounts: mountsView(record, places),
    Config: {
      ...without(config, omittedConfig),
      ...macAddressView(record, networks),
      ...healthcheckView(config.Healthcheck),
    },
    NetworkSettings: networkSettingsView(record, { networks, version, pid: connection?.pid ?? 0 }),
  };
}

/** The files of a container's own; Docker knows of them with its first start. */
function filePaths(
  { state, hostConfig }: ContainerRecord,
  { resolvConf, hostname, hosts, log }: ContainerFolder,
): Readonly<Record<string, string>> {
  const isNew = state.status === 'created' && state.error === '';
  return {
    ResolvConfPath: isNew ? '' : resolvConf,
    HostnamePath: isNew ? '' : hostname,
    HostsPath: isNew ? '' : hosts,
    LogPath: isNew || hostConfig.LogConfig.Type !== 'json-file' ? '' : log,
  };
}

/** What was asked for in the first network: clients before API 1.44 look for it here, and Docker shows it to all. */
function macAddressView(
  record: ContainerRecord,
  { defaultName }: NetworkFacts,
): { readonly MacAddress?: string } {
  const { NetworkMode } = record.hostConfig;
  const name = NetworkMode === 'default' ? defaultName : NetworkMode;
  const MacAddress = wishedNetworks(record, defaultName)[name]?.MacAddress ?? '';
  return MacAddress === '' ? {} : { MacAddress };
}

/**
 * Where the container's files are on the host. All of them together are mounted for the container alone: they are at its
 * process's root while it runs, and nowhere, as in Docker, when it does not.
 */
function graphData(
  id: string,
  { folder }: ContainerFolder,
  { layers, pid }: { readonly layers: readonly string[]; readonly pid: number },
): Readonly<Record<string, string>> {
  return {
    ID: id,
    ...(layers.length === 0 ? {} : { LowerDir: layers.join(':') }),
    MergedDir: pid === 0 ? `${folder}/merged` : `/proc/${pid}/root`,
    UpperDir: `${folder}/upper`,
    WorkDir: `${folder}/work`,
  };
}

/** Lists that Docker shows as empty ones, not as null. */
function hostNetworkLists(
  hostConfig: Container['record']['hostConfig'],
): Readonly<Record<string, unknown>> {
  return {
    PortBindings: hostConfig.PortBindings ?? {},
    Dns: hostConfig.Dns ?? [],
    DnsOptions: hostConfig.DnsOptions ?? [],
    DnsSearch: hostConfig.DnsSearch ?? [],
  };
}

function stateView(container: Container, pid: number): Readonly<Record<string, unknown>> {
  const { state } = container.record;
  return {
    Status: statusWord(container),
    Running: isLive(state),
    Paused: state.status === 'paused',
    Restarting: state.status === 'restarting',
    OOMKilled: state.oomKilled,
    Dead: state.status === 'dead',
    Pid: pid,
    ExitCode: state.exitCode,
    Error: state.error,
    StartedAt: goTime(state.startedAt),
    FinishedAt: goTime(state.finishedAt),
    ...healthView(container.health),
  };
}
