import type { Exec } from '../../container/exec/exec.ts';

/** An exec instance as `GET /exec/{id}/json` has it. */
export function execInspect(exec: Exec): Readonly<Record<string, unknown>> {
  const { config, container, phase, session } = exec;
  const [entrypoint = '', ...args] = config.Cmd ?? [];
  return {
    ID: exec.id,
    Running: phase === 'starting' || phase === 'running',
    ExitCode: exec.exitCode ?? null,
    ProcessConfig: {
      tty: config.Tty,
      entrypoint,
      arguments: args,
      privileged: config.Privileged,
      ...userField(config.User === '' ? container.record.config.User : config.User),
    },
    OpenStdin: config.AttachStdin,
    OpenStderr: config.AttachStderr,
    OpenStdout: config.AttachStdout,
    CanRemove: false,
    ContainerID: container.id,
    // Go writes bytes as base64.
    DetachKeys: config.DetachKeys === '' ? '' : exec.detachKeys.toString('base64'),
    Pid: session?.pid ?? 0,
  };
}

/** Go leaves an empty user out. */
function userField(user: string): Readonly<Record<string, string>> {
  return user === '' ? {} : { user };
}
