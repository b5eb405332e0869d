import type { Process } from '../../spec/process.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { buildSpec, processCapabilities } from '../spec/build-spec.ts';
import { containerCapabilities } from '../spec/capability-set.ts';
import { mergeEnvironment, programEnvironment } from '../spec/environment.ts';
import type { ResolvedUser } from '../spec/resolve-user.ts';
import type { ConsoleSize } from './exec-config.ts';
import type { Exec } from './exec.ts';

/** Of the run with this record: each start makes another, which may have other users. */
const specs = new WeakMap<Container, { readonly startedAt: number; readonly spec: Spec }>();

const root: ResolvedUser = { uid: 0, gid: 0, additionalGids: [], home: '/' };

/**
 * The specification of a running container, for what is executed in it: namespaces, cgroups, filter and limits are those
 * that it was started with. Its mounts and devices are there already, so they are not looked up again.
 */
export function runningSpec(state: EngineState, container: Container): Spec {
  const { record } = container;
  const { startedAt } = record.state;
  const known = specs.get(container);
  if (known?.startedAt === startedAt) return known.spec;
  const spec = buildSpec({
    record,
    folder: state.folder(container),
    user: root,
    devices: { nodes: [], rules: [] },
    hasSubmounts: () => false,
    volumePath: (name) => state.volumes.dataPath(name),
    // Without it the program would run as root of the host.
    idRemap: record.idRemap,
    available: state.capabilities,
  });
  specs.set(container, { startedAt, spec });
  return spec;
}

/** What decides about an executed process. */
export interface ExecProcessSource {
  readonly exec: Exec;
  readonly spec: Spec;
  readonly user: ResolvedUser;
  /** What the start asks for, instead of the creation. */
  readonly consoleSize: ConsoleSize;
  /** Variables that tell of containers that its container is linked to. */
  readonly linked: readonly string[];
  /** Capabilities that berthd can give on. */
  readonly available: readonly string[];
}

/** The process as the OCI runtime specification has it: the container's own, with what the client asked for. */
export function execProcess(source: ExecProcessSource): Process {
  const { exec, spec, user, available } = source;
  const { config, hostConfig } = exec.container.record;
  const { Tty, Cmd, Env, WorkingDir, Privileged } = exec.config;
  const [height = 0, width = 0] = source.consoleSize ?? exec.config.ConsoleSize ?? [];
  const capabilities = Privileged ? available : containerCapabilities(hostConfig, available);
  const cwd = WorkingDir === '' ? config.WorkingDir : WorkingDir;
  return {
    ...spec.process,
    terminal: Tty,
    consoleSize: Tty && height > 0 ? { height, width } : undefined,
    user: { uid: user.uid, gid: user.gid, additionalGids: user.additionalGids },
    args: Cmd ?? [],
    env: programEnvironment({
      hostname: config.Hostname,
      terminal: Tty ? 'terminal' : 'none',
      home: user.home,
      linked: source.linked,
      configured: mergeEnvironment(config.Env ?? [], Env ?? []),
    }),
    cwd: cwd === '' ? '/' : cwd,
    capabilities: processCapabilities(capabilities, user),
  };
}
