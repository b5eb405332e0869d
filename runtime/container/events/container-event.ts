/** What happens to containers, in the words of `docker events`. */
export const containerActions = [
  'create',
  'start',
  'die',
  'oom',
  'kill',
  'stop',
  'restart',
  'rename',
  'attach',
  'checkpoint',
  'commit',
  'pause',
  'unpause',
  'top',
  'update',
  'prune',
  'export',
  'archive-path',
  'extract-to-dir',
  'detach',
  'resize',
  'destroy',
  'exec_die',
  'exec_detach',
] as const;

/** One of the words of `docker events`; what is executed is a part of the word. */
export type ContainerAction =
  | (typeof containerActions)[number]
  | `exec_create: ${string}`
  | `exec_start: ${string}`
  | `health_status: ${string}`;

/** One thing that happened to one container. */
export interface ContainerEvent {
  readonly action: ContainerAction;
  /** Empty of `prune`, which is about none in particular; then name and image are, too. */
  readonly containerId: string;
  /** The name that the container had. */
  readonly name: string;
  /** As the client named it. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Such as `exitCode` or `signal`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
}
