import { defineGroup } from './group.ts';

/** `berth manifest`: what a registry has of an image. */
export const manifest = defineGroup({
  name: 'manifest',
  verbs: [
    {
      name: 'inspect',
      summary: "Print an image's manifest or index as its registry has it",
      load: async () => (await import('../verbs/manifest-inspect.ts')).manifestInspect,
    },
  ],
});
