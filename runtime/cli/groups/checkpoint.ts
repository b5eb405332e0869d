import { defineGroup } from './group.ts';

/** `berth checkpoint`: the verbs of checkpoints, under the names that docker has for them there. */
export const checkpoint = defineGroup({
  name: 'checkpoint',
  verbs: [
    {
      name: 'create',
      summary: 'Write the processes of a running container into a checkpoint',
      load: async () => (await import('../verbs/checkpoint-create.ts')).checkpointCreate,
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List the checkpoints of a container',
      load: async () => (await import('../verbs/checkpoint-ls.ts')).checkpointLs,
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove a checkpoint',
      load: async () => (await import('../verbs/checkpoint-rm.ts')).checkpointRm,
    },
  ],
});
