import { defineGroup } from './group.ts';

/** `berth system`: verbs of the whole engine. */
export const system = defineGroup({
  name: 'system',
  verbs: [
    {
      name: 'df',
      summary: 'Show what images and containers take on the disk',
      load: async () => (await import('../verbs/system-df.ts')).systemDf,
    },
    {
      name: 'events',
      summary: 'Show what happens, as it happens',
      load: async () => (await import('../verbs/events.ts')).events,
    },
    {
      name: 'dial-stdio',
      summary: "Pass standard input and output on to the daemon's socket",
      load: async () => (await import('../verbs/system-dial-stdio.ts')).systemDialStdio,
    },
    {
      name: 'info',
      summary: 'Print what the daemon knows of itself and its host',
      load: async () => (await import('../verbs/info.ts')).info,
    },
    {
      name: 'prune',
      summary: 'Remove what nothing uses: containers, images, volumes',
      load: async () => (await import('../verbs/system-prune.ts')).systemPrune,
    },
  ],
});
