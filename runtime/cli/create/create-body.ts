import { parseMount, parseVolume } from './mounts.ts';
import { healthcheck } from './healthcheck.ts';
import { nameValues } from './name-values.ts';
import { parsePorts } from './ports.ts';
import { parseRestartPolicy } from './restart-policy.ts';
import type { RunOptions } from './run-options.ts';
import { parseBytes, parseCpus, parseInteger } from './sizes.ts';
import { parseUlimit } from './ulimits.ts';

/** What the body of a container's creation is made of. */
export interface CreateRequest {
  readonly image: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly options: RunOptions;
  /** `NAME=value`, already resolved. */
  readonly environment: readonly string[];
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
  const { options, workingDirectory } = request;
  const volumes = (options.volume ?? []).map((volume) => parseVolume(volume, workingDirectory));
  const size = options.tty === undefined ? undefined : request.terminalSize;
  return compact({
    AutoRemove: options.rm,
    RestartPolicy: options.restart === undefined ? undefined : parseRestartPolicy(options.restart),
    Binds: volumes.flatMap((volume) => (volume.kind === 'bind' ? [volume.bind] : [])),
    VolumesFrom: options.volumesFrom,
    Mounts: options.mount?.map((mount) => parseMount(mount, workingDirectory)),
    NetworkMode: options.network,
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

/**
 * The body of `POST /containers/create` (Docker Engine API 1.47) for a `berth run`.
 *
 * @throws OPTION_INVALID
 */
export function createBody(request: CreateRequest): Record<string, unknown> {
  const { options, workingDirectory } = request;
  const attached = options.detach === undefined;
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
    Labels: options.label === undefined ? undefined : nameValues('--label', options.label),
    Healthcheck: healthcheck(options),
    StopSignal: options.stopSignal,
    Tty: options.tty,
    OpenStdin: interactive || undefined,
    StdinOnce: (interactive && attached) || undefined,
    AttachStdin: interactive && attached,
    AttachStdout: attached,
    AttachStderr: attached,
    ExposedPorts: options.publish && parsePorts(options.publish).exposed,
    Volumes: nameless.length === 0 ? undefined : Object.fromEntries(nameless),
    HostConfig: hostConfig(request),
  });
}
