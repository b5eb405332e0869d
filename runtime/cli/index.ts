import type { EngineVerbEntry } from './verb.ts';

/** The verbs of the engine. A new one is a file in `verbs/` and an entry here; a group is one entry. */
export const engineVerbs: readonly EngineVerbEntry[] = [
  {
    name: 'run',
    summary: 'Create and run a new container from an image',
    load: async () => (await import('./verbs/run.ts')).run,
  },
  {
    name: 'create',
    summary: 'Create a new container without starting it',
    load: async () => (await import('./verbs/create.ts')).create,
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
    name: 'pause',
    summary: 'Stop the processes of containers where they are',
    load: async () => (await import('./verbs/pause.ts')).pause,
  },
  {
    name: 'unpause',
    summary: 'Let the processes of paused containers go on',
    load: async () => (await import('./verbs/unpause.ts')).unpause,
  },
  {
    name: 'top',
    summary: 'Show the processes of a container',
    load: async () => (await import('./verbs/top.ts')).top,
  },
  {
    name: 'port',
    summary: 'Show where the ports of a container are on the host',
    load: async () => (await import('./verbs/port.ts')).port,
  },
  {
    name: 'stats',
    summary: 'Show what containers use',
    load: async () => (await import('./verbs/stats.ts')).stats,
  },
  {
    name: 'update',
    summary: 'Change limits and restart policy of containers',
    load: async () => (await import('./verbs/update.ts')).update,
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
    name: 'exec',
    summary: 'Execute a command in a running container',
    load: async () => (await import('./verbs/exec.ts')).exec,
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
    name: 'cp',
    summary: 'Copy files between a container and this host',
    load: async () => (await import('./verbs/cp.ts')).cp,
  },
  {
    name: 'commit',
    summary: 'Make an image of what a container has changed',
    load: async () => (await import('./verbs/commit.ts')).commit,
  },
  {
    name: 'diff',
    summary: 'List what a container has changed in its file system',
    load: async () => (await import('./verbs/diff.ts')).diff,
  },
  {
    name: 'export',
    summary: 'Write the file system of a container as a tar',
    load: async () => (await import('./verbs/export.ts')).exportVerb,
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
    name: 'push',
    summary: 'Send an image to a registry',
    load: async () => (await import('./verbs/push.ts')).push,
  },
  {
    name: 'load',
    summary: 'Load images from a tar file or standard input',
    load: async () => (await import('./verbs/load.ts')).load,
  },
  {
    name: 'save',
    summary: 'Write images to a tar file or standard output',
    load: async () => (await import('./verbs/save.ts')).save,
  },
  {
    name: 'import',
    summary: 'Make an image of the file system in a tar',
    load: async () => (await import('./verbs/import.ts')).importVerb,
  },
  {
    name: 'tag',
    summary: 'Give an image one more name',
    load: async () => (await import('./verbs/tag.ts')).tag,
  },
  { name: 'rmi', summary: 'Remove images', load: async () => (await import('./verbs/rmi.ts')).rmi },
  {
    name: 'history',
    summary: 'Show how an image was made',
    load: async () => (await import('./verbs/history.ts')).history,
  },
  {
    name: 'search',
    summary: 'Search a registry for images',
    load: async () => (await import('./verbs/search.ts')).search,
  },
  {
    name: 'login',
    summary: 'Log in to a registry',
    load: async () => (await import('./verbs/login.ts')).login,
  },
  {
    name: 'logout',
    summary: 'Log out of a registry',
    load: async () => (await import('./verbs/logout.ts')).logout,
  },
  {
    name: 'inspect',
    summary: 'Print all that is known of containers, images, networks and volumes, as JSON',
    load: async () => (await import('./verbs/inspect.ts')).inspect,
  },
  {
    name: 'container',
    summary: 'Verbs of containers: ls, inspect, prune ...',
    alone: 'help',
    load: async () => (await import('./groups/container.ts')).container,
  },
  {
    name: 'image',
    summary: 'Verbs of images: ls, prune, tree ...',
    alone: 'help',
    load: async () => (await import('./groups/image.ts')).image,
  },
  {
    name: 'network',
    summary: 'Verbs of networks: create, connect, rm ...',
    alone: 'help',
    load: async () => (await import('./groups/network.ts')).network,
  },
  {
    name: 'volume',
    summary: 'Verbs of volumes: create, ls, rm ...',
    alone: 'help',
    load: async () => (await import('./groups/volume.ts')).volume,
  },
  {
    name: 'checkpoint',
    summary: 'Verbs of checkpoints: create, ls, rm',
    alone: 'help',
    load: async () => (await import('./groups/checkpoint.ts')).checkpoint,
  },
  {
    name: 'manifest',
    summary: 'Verbs of manifests: inspect',
    alone: 'help',
    load: async () => (await import('./groups/manifest.ts')).manifest,
  },
  {
    name: 'system',
    summary: 'Verbs of the whole engine: df, prune ...',
    alone: 'help',
    load: async () => (await import('./groups/system.ts')).system,
  },
  {
    name: 'events',
    summary: 'Show what happens, as it happens',
    load: async () => (await import('./verbs/events.ts')).events,
  },
  {
    name: 'context',
    summary: 'Verbs of contexts: create, ls, use ...',
    alone: 'help',
    load: async () => (await import('./groups/context.ts')).contextGroup,
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
