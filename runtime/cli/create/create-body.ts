import { parseMount } from './mount-fields.ts';
import { parseVolume } from './mounts.ts';
import { healthcheck } from './healthcheck.ts';
import { nameValues } from './name-values.ts';
import { hostFields } from './host-options.ts';
import { networkingConfig, networkMode } from './network-options.ts';
import { parseExposed, parsePorts } from './ports.ts';
import { parseRestartPolicy } from './restart-policy.ts';
import type { RunOptions } from './run-options.ts';
import { parseBytes, parseCpus, parseInteger } from './sizes.ts';
import { attachedStreams } from './attached-streams.ts';
import type { SecurityRequest } from './security-options.ts';
import { parseUlimit } from './ulimits.ts';

/** What the body of a container's creation is made of. */
export interface CreateRequest {
  readonly image: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly options: RunOptions;
  /** `NAME=value`, already resolved. */
  readonly environment: readonly string[];
  /** Of `--label` and `--label-file`. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly security: SecurityRequest;
  readonly workingDirectory: string;
  /** The console's size, for a container with a terminal. */
  readonly terminalSize?: { readonly rows: number; readonly columns: number };
}

/** Leaves out what was not asked for: the daemon's defaults are its own. */
function compact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = Object.entries(fields).filter(
    ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
  );
  return Object.fromEntries(given);
}

function hostConfig(request: CreateRequest): Record<string, unknown> {
  const { options } = request;
  const security = compact({ SecurityOpt: request.security.SecurityOpt });
  const { MaskedPaths, ReadonlyPaths } = request.security;
  return {
    ...hostFields(options),
    ...security,
    // Empty ones say that nothing is to be masked.
    ...(MaskedPaths === undefined ? {} : { MaskedPaths, ReadonlyPaths }),
    ...usualFields(request),
  };
}

function logConfig({ logDriver, logOpt }: RunOptions): object | undefined {
  if (logDriver === undefined && logOpt === undefined) return undefined;
  return { Type: logDriver ?? '', Config: nameValues('--log-opt', logOpt ?? []) };
}

function usualFields(request: CreateRequest): Record<string, unknown> {
  const { options, workingDirectory } = request;
  const volumes = (options.volume ?? []).map((volume) => parseVolume(volume, workingDirectory));
  const size = options.tty === undefined ? undefined : request.terminalSize;
  return compact({
    AutoRemove: options.rm,
    LogConfig: logConfig(options),
    RestartPolicy: options.restart === undefined ? undefined : parseRestartPolicy(options.restart),
    Binds: volumes.flatMap((volume) => (volume.kind === 'bind' ? [volume.bind] : [])),
    VolumesFrom: options.volumesFrom,
    Mounts: options.mount?.map((mount) => parseMount(mount, workingDirectory)),
    NetworkMode: networkMode(options),
    PortBindings: options.publish && parsePorts(options.publish).bindings,
    Memory: options.memory === undefined ? undefined : parseBytes('--memory', options.memory),
    NanoCpus: options.cpus === undefined ? undefined : parseCpus(options.cpus),
    PidsLimit:
      options.pidsLimit === undefined ? undefined : parseInteger('--pids-limit', options.pidsLimit),
    CapAdd: options.capAdd,
    CapDrop: options.capDrop,
    Privileged: options.privileged,
    ReadonlyRootfs: options.readOnly,
    Ulimits: options.ulimit?.map(parseUlimit),
    Init: options.init,
    ConsoleSize: size === undefined ? undefined : [size.rows, size.columns],
  });
}

function exposedPorts({ publish, expose }: RunOptions): object | undefined {
  if (publish === undefined && expose === undefined) return undefined;
  return { ...parsePorts(publish ?? []).exposed, ...parseExposed(expose ?? []) };
}

/**
 * The body of `POST /containers/create` (Docker Engine API 1.47) for a `berth create` or `run`.
 *
 * @throws OPTION_INVALID
 */
export function createBody(request: CreateRequest): Record<string, unknown> {
  const { options, workingDirectory } = request;
  const attached = options.detach === undefined;
  const { input, output } = attachedStreams(options);
  const interactive = options.interactive === true;
  const nameless = (options.volume ?? []).flatMap((value) => {
    const volume = parseVolume(value, workingDirectory);
    return volume.kind === 'anonymous' ? [[volume.target, {}] as const] : [];
  });
  return compact({
    Image: request.image,
    Cmd: request.command,
    // An empty one takes the image's entrypoint away.
    Entrypoint: options.entrypoint === undefined ? undefined : [options.entrypoint],
    Env: request.environment,
    WorkingDir: options.workdir,
    User: options.user,
    Hostname: options.hostname,
    Domainname: options.domainname,
    Labels: request.labels,
    Healthcheck: healthcheck(options),
    StopSignal: options.stopSignal,
    StopTimeout:
      options.stopTimeout === undefined
        ? undefined
        : parseInteger('--stop-timeout', options.stopTimeout),
    Tty: options.tty,
    OpenStdin: interactive || undefined,
    StdinOnce: (interactive && attached) || undefined,
    AttachStdin: input === 'attached' && attached,
    AttachStdout: attached && output.includes('stdout'),
    AttachStderr: attached && output.includes('stderr'),
    ExposedPorts: exposedPorts(options),
    Volumes: nameless.length === 0 ? undefined : Object.fromEntries(nameless),
    HostConfig: hostConfig(request),
    NetworkingConfig: networkingConfig(options),
  });
}
