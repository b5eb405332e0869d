import { defineGroup } from './group.ts';

/** `berth network`: the verbs of networks, under the names that docker has for them there. */
export const network = defineGroup({
  name: 'network',
  verbs: [
    {
      name: 'create',
      summary: 'Make a network',
      load: async () => (await import('../verbs/network-create.ts')).networkCreate,
    },
    {
      name: 'ls',
      aliases: ['list'],
      summary: 'List networks',
      load: async () => (await import('../verbs/network-ls.ts')).networkLs,
    },
    {
      name: 'inspect',
      summary: 'Print all that is known of networks, as JSON',
      load: async () => (await import('../verbs/inspect.ts')).networkInspect,
    },
    {
      name: 'connect',
      summary: 'Connect a container to one more network',
      load: async () => (await import('../verbs/network-connect.ts')).networkConnect,
    },
    {
      name: 'disconnect',
      summary: 'Disconnect a container from a network',
      load: async () => (await import('../verbs/network-disconnect.ts')).networkDisconnect,
    },
    {
      name: 'rm',
      aliases: ['remove'],
      summary: 'Remove networks that no container is connected to',
      load: async () => (await import('../verbs/network-rm.ts')).networkRm,
    },
    {
      name: 'prune',
      summary: 'Remove all networks that no container is connected to',
      load: async () => (await import('../verbs/network-prune.ts')).networkPrune,
    },
  ],
});
