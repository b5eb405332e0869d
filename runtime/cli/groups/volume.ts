import { defineGroup } from './group.ts';

/** `berth volume`: the verbs of volumes, under the names that docker has for them there. */
export const volume = defineGroup({
  name: 'volume',
  verbs: [
    {
      name: 'create',
      summary: 'Make a volume',
      load: async () => (await import('../verbs/volume-create.ts')).volumeCreate,
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List volumes',
      load: async () => (await import('../verbs/volume-ls.ts')).volumeLs,
    },
    {
      name: 'inspect',
      summary: 'Print all that is known of volumes, as JSON',
      load: async () => (await import('../verbs/inspect.ts')).volumeInspect,
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove volumes with all that is in them',
      load: async () => (await import('../verbs/volume-rm.ts')).volumeRm,
    },
    {
      name: 'prune',
      summary: 'Remove volumes that no container has',
      load: async () => (await import('../verbs/volume-prune.ts')).volumePrune,
    },
  ],
});
