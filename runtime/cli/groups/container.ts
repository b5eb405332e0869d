import { defineGroup } from './group.ts';

/** `berth container`: the verbs of containers, under the names that docker has for them there. */
export const container = defineGroup({
  name: 'container',
  verbs: [
    {
      name: 'run',
      summary: 'Create and run a new container from an image',
      load: async () => (await import('../verbs/run.ts')).run,
    },
    {
      name: 'create',
      summary: 'Create a new container without starting it',
      load: async () => (await import('../verbs/create.ts')).create,
    },
    {
      name: 'ls',
      aliases: ['list', 'ps'],
      summary: 'List containers',
      load: async () => (await import('../verbs/ps.ts')).ps,
    },
    {
      name: 'inspect',
      summary: 'Print all that is known of containers, as JSON',
      load: async () => (await import('../verbs/inspect.ts')).containerInspect,
    },
    {
      name: 'logs',
      summary: 'Print what a container has written',
      load: async () => (await import('../verbs/logs.ts')).logs,
    },
    {
      name: 'start',
      summary: 'Start stopped containers',
      load: async () => (await import('../verbs/start.ts')).start,
    },
    {
      name: 'stop',
      summary: 'Stop running containers',
      load: async () => (await import('../verbs/stop.ts')).stop,
    },
    {
      name: 'restart',
      summary: 'Restart containers',
      load: async () => (await import('../verbs/restart.ts')).restart,
    },
    {
      name: 'kill',
      summary: 'Send a signal to running containers',
      load: async () => (await import('../verbs/kill.ts')).kill,
    },
    {
      name: 'pause',
      summary: 'Stop the processes of containers where they are',
      load: async () => (await import('../verbs/pause.ts')).pause,
    },
    {
      name: 'unpause',
      summary: 'Let the processes of paused containers go on',
      load: async () => (await import('../verbs/unpause.ts')).unpause,
    },
    {
      name: 'top',
      summary: 'Show the processes of a container',
      load: async () => (await import('../verbs/top.ts')).top,
    },
    {
      name: 'port',
      summary: 'Show where the ports of a container are on the host',
      load: async () => (await import('../verbs/port.ts')).port,
    },
    {
      name: 'stats',
      summary: 'Show what containers use',
      load: async () => (await import('../verbs/stats.ts')).stats,
    },
    {
      name: 'update',
      summary: 'Change limits and restart policy of containers',
      load: async () => (await import('../verbs/update.ts')).update,
    },
    {
      name: 'wait',
      summary: 'Wait until containers stop, then print their exit codes',
      load: async () => (await import('../verbs/wait.ts')).wait,
    },
    {
      name: 'attach',
      summary: "Connect this console to a running container's main process",
      load: async () => (await import('../verbs/attach.ts')).attach,
    },
    {
      name: 'exec',
      summary: 'Execute a command in a running container',
      load: async () => (await import('../verbs/exec.ts')).exec,
    },
    {
      name: 'rename',
      summary: 'Rename a container',
      load: async () => (await import('../verbs/rename.ts')).rename,
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove containers',
      load: async () => (await import('../verbs/rm.ts')).rm,
    },
    {
      name: 'cp',
      summary: 'Copy files between a container and this host',
      load: async () => (await import('../verbs/cp.ts')).cp,
    },
    {
      name: 'commit',
      summary: 'Make an image of what a container has changed',
      load: async () => (await import('../verbs/commit.ts')).commit,
    },
    {
      name: 'diff',
      summary: 'List what a container has changed in its file system',
      load: async () => (await import('../verbs/diff.ts')).diff,
    },
    {
      name: 'export',
      summary: 'Write the file system of a container as a tar',
      load: async () => (await import('../verbs/export.ts')).exportVerb,
    },
    {
      name: 'prune',
      summary: 'Remove containers that do not run',
      load: async () => (await import('../verbs/container-prune.ts')).containerPrune,
    },
  ],
});
