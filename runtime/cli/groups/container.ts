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
  ],
});
