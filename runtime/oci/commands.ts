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
    name: 'checkpoint',
    summary: 'write a container into files, to go on with it later',
    load: async () => (await import('./commands/checkpoint.ts')).checkpointCommand,
  },
  {
    name: 'create',
    summary: 'make a container, up to the start of its program',
    load: async () => (await import('./commands/create.ts')).createCommand,
  },
  {
    name: 'delete',
    summary: 'remove a container that has stopped',
    load: async () => (await import('./commands/delete.ts')).deleteCommand,
  },
  {
    name: 'events',
    summary: 'print statistics of a container, and when its memory runs out',
    load: async () => (await import('./commands/events.ts')).eventsCommand,
  },
  {
    name: 'exec',
    summary: 'execute a process in a container',
    load: async () => (await import('./commands/exec.ts')).execCommand,
  },
  {
    name: 'features',
    summary: 'print what this runtime can do, as the specification has it (features.md)',
    load: async () => (await import('./commands/features.ts')).featuresCommand,
  },
  {
    name: 'kill',
    summary: 'send a signal to a container',
    load: async () => (await import('./commands/kill.ts')).killCommand,
  },
  {
    name: 'list',
    summary: 'list the containers below --root',
    load: async () => (await import('./commands/list.ts')).listCommand,
  },
  {
    name: 'pause',
    summary: 'stop all processes of a container where they are',
    load: async () => (await import('./commands/pause.ts')).pauseCommand,
  },
  {
    name: 'ps',
    summary: 'show the processes of a container',
    load: async () => (await import('./commands/ps.ts')).psCommand,
  },
  {
    name: 'restore',
    summary: 'go on with a container that was checkpointed',
    load: async () => (await import('./commands/restore.ts')).restoreCommand,
  },
  {
    name: 'resume',
    summary: 'let the processes of a paused container go on',
    load: async () => (await import('./commands/resume.ts')).resumeCommand,
  },
  {
    name: 'run',
    summary: 'create and start a container, and wait for its end',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'spec',
    summary: 'write a config.json to begin with',
    load: async () => (await import('./commands/spec.ts')).specCommand,
  },
  {
    name: 'start',
    summary: 'execute the program of a container that was created',
    load: async () => (await import('./commands/start.ts')).startCommand,
  },
  {
    name: 'state',
    summary: "print a container's state",
    load: async () => (await import('./commands/state.ts')).stateCommand,
  },
  {
    name: 'update',
    summary: 'change the limits of a container',
    load: async () => (await import('./commands/update.ts')).updateCommand,
  },
];
