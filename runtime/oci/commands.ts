import type { OciCommand } from './command.ts';

/** A command in the table: its code is only loaded when it is called. */
export interface OciCommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<OciCommand>;
}

/** Every command, in the order of the help: one line each. */
export const ociCommands: readonly OciCommandEntry[] = [
  {
    name: 'features',
    summary: 'print what this runtime can do, as the specification has it (features.md)',
    load: async () => (await import('./commands/features.ts')).featuresCommand,
  },
  {
    name: 'list',
    summary: 'list the containers below --root',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  {
    name: 'spec',
    summary: 'write a config.json to begin with',
    load: async () => (await import('./commands/spec.ts')).specCommand,
  },
  {
    name: 'state',
    summary: "print a container's state",
    load: async () => (await import('./commands/state.ts')).stateCommand,
  },
];
