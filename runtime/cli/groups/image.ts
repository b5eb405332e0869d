import { defineGroup } from './group.ts';

/** `berth image`: the verbs of images, under the names that docker has for them there. */
export const image = defineGroup({
  name: 'image',
  verbs: [
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List images',
      load: async () => (await import('../verbs/images.ts')).images,
    },
    {
      name: 'tree',
      summary: 'List images, and the platforms that each one has',
      load: async () => (await import('../verbs/image-tree.ts')).imageTree,
    },
    {
      name: 'pull',
      summary: 'Fetch an image from a registry',
      load: async () => (await import('../verbs/pull.ts')).pull,
    },
    {
      name: 'push',
      summary: 'Send an image to a registry',
      load: async () => (await import('../verbs/push.ts')).push,
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove images',
      load: async () => (await import('../verbs/rmi.ts')).rmi,
    },
    {
      name: 'prune',
      summary: 'Remove images that nothing uses',
      load: async () => (await import('../verbs/image-prune.ts')).imagePrune,
    },
    {
      name: 'inspect',
      summary: 'Print all that is known of images, as JSON',
      load: async () => (await import('../verbs/inspect.ts')).imageInspect,
    },
    {
      name: 'history',
      summary: 'Show how an image was made',
      load: async () => (await import('../verbs/history.ts')).history,
    },
    {
      name: 'tag',
      summary: 'Give an image one more name',
      load: async () => (await import('../verbs/tag.ts')).tag,
    },
    {
      name: 'save',
      summary: 'Write images to a tar file or standard output',
      load: async () => (await import('../verbs/save.ts')).save,
    },
    {
      name: 'load',
      summary: 'Load images from a tar file or standard input',
      load: async () => (await import('../verbs/load.ts')).load,
    },
    {
      name: 'import',
      summary: 'Make an image of the file system in a tar',
      load: async () => (await import('../verbs/import.ts')).importVerb,
    },
  ],
});
