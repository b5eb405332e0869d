import { defineGroup } from './group.ts';

/** `berth container`: the verbs of containers, under the names that docker has for them there. */
export const container = defineGroup({
  name: 'container',
  verbs: [
    {
      name: 'exec',
      summary: 'Execute a command in a running container',
      load: async () => (await import('../verbs/exec.ts')).exec,
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
      name: 'prune',
      summary: 'Remove containers that do not run',
      load: async () => (await import('../verbs/container-prune.ts')).containerPrune,
    },
  ],
});
