/** What a service manager has asked of the process it started, by variables (sd_notify(3), sd_watchdog_enabled(3)). */
export interface ServiceWishes {
  /** Where it wants to hear from the service. */
  readonly notifySocket?: string;
  /** It restarts a service that it has not heard of for so long, in milliseconds. */
  readonly watchdogMs?: number;
}

type Environment = Record<string, string | undefined>;

/** Takes the variables out of the environment: no child may take itself for the service. */
export function takeServiceWishes(env: Environment): ServiceWishes {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: micros, WATCHDOG_PID: pid } = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) {
    Reflect.deleteProperty(env, name);
  }
  const isMine = pid === undefined || Number(pid) === process.pid;
  const watchdogMs = isMine ? Number(micros ?? 0) / 1000 : 0;
  return {
    ...(socket !== undefined && /^[/@]/.test(socket) && { notifySocket: socket }),
    ...(watchdogMs > 0 && { watchdogMs }),
  };
}
