import type { EngineVerb } from './verb.ts';

/** A verb in the table: what the help needs now, and the file that has the rest. */
export interface EngineVerbEntry {
  readonly name: string;
  /** One line for the help. */
  readonly summary: string;
  /** Loads the verb's file, so that `berth ps` does not pay for all the others. */
  load(): Promise<EngineVerb>;
}

/** The verbs of the engine. A new one is a file in `verbs/` and an entry here. */
export const engineVerbs: readonly EngineVerbEntry[] = [
  {
    name: 'run',
    summary: 'Create and run a new container from an image',
    load: async () => (await import('./verbs/run.ts')).run,
  },
  { name: 'ps', summary: 'List containers', load: async () => (await import('./verbs/ps.ts')).ps },
  {
    name: 'logs',
    summary: 'Print what a container has written',
    load: async () => (await import('./verbs/logs.ts')).logs,
  },
  {
    name: 'start',
    summary: 'Start stopped containers',
    load: async () => (await import('./verbs/start.ts')).start,
  },
  {
    name: 'stop',
    summary: 'Stop running containers',
    load: async () => (await import('./verbs/stop.ts')).stop,
  },
  {
    name: 'restart',
    summary: 'Restart containers',
    load: async () => (await import('./verbs/restart.ts')).restart,
  },
  {
    name: 'kill',
    summary: 'Send a signal to running containers',
    load: async () => (await import('./verbs/kill.ts')).kill,
  },
  {
    name: 'wait',
    summary: 'Wait until containers stop, then print their exit codes',
    load: async () => (await import('./verbs/wait.ts')).wait,
  },
  {
    name: 'attach',
    summary: "Connect this console to a running container's main process",
    load: async () => (await import('./verbs/attach.ts')).attach,
  },
  {
    name: 'rename',
    summary: 'Rename a container',
    load: async () => (await import('./verbs/rename.ts')).rename,
  },
  {
    name: 'rm',
    summary: 'Remove containers',
    load: async () => (await import('./verbs/rm.ts')).rm,
  },
  {
    name: 'images',
    summary: 'List images',
    load: async () => (await import('./verbs/images.ts')).images,
  },
  {
    name: 'pull',
    summary: 'Fetch an image from a registry',
    load: async () => (await import('./verbs/pull.ts')).pull,
  },
  {
    name: 'load',
    summary: 'Load images from a tar file or standard input',
    load: async () => (await import('./verbs/load.ts')).load,
  },
  {
    name: 'tag',
    summary: 'Give an image one more name',
    load: async () => (await import('./verbs/tag.ts')).tag,
  },
  { name: 'rmi', summary: 'Remove images', load: async () => (await import('./verbs/rmi.ts')).rmi },
  {
    name: 'inspect',
    summary: 'Print all that is known of containers and images, as JSON',
    load: async () => (await import('./verbs/inspect.ts')).inspect,
  },
  {
    name: 'info',
    summary: 'Print what the daemon knows of itself and its host',
    load: async () => (await import('./verbs/info.ts')).info,
  },
  {
    name: 'version',
    summary: 'Print the versions of client and daemon',
    load: async () => (await import('./verbs/version.ts')).version,
  },
];
