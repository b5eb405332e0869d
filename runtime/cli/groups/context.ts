import { defineGroup } from './group.ts';

/** `berth context`: docker's contexts, which say where daemons are. */
export const contextGroup = defineGroup({
  name: 'context',
  verbs: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List contexts',
      load: async () => (await import('../verbs/context-ls.ts')).contextLs,
    },
    {
      name: 'show',
      summary: 'Print the name of the context in use',
      load: async () => (await import('../verbs/context-show.ts')).contextShow,
    },
    {
      name: 'use',
      summary: 'Choose the context that counts from now on',
      load: async () => (await import('../verbs/context-use.ts')).contextUse,
    },
    {
      name: 'create',
      summary: 'Make a context',
      load: async () => (await import('../verbs/context-create.ts')).contextCreate,
    },
    {
      name: 'inspect',
      summary: 'Print all that is known of contexts, as JSON',
      load: async () => (await import('../verbs/context-inspect.ts')).contextInspect,
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove contexts',
      load: async () => (await import('../verbs/context-rm.ts')).contextRm,
    },
  ],
});
