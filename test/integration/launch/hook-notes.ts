import { mkdirSync, readFileSync } from 'node:fs';
import { beforeEach } from 'vitest';
import type { Hook } from '../../../runtime/spec/hooks.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import type { Machine } from './machine.ts';

/** A folder that hooks write to, on the host as in the container. */
class HookNotes {
  readonly folder: string;
  /** Mounts the folder in the container, where it is on the host. */
  readonly shared: { readonly mounts: NonNullable<SpecInput['mounts']> };

  constructor(machine: Machine, name: string) {
    this.folder = `${machine.folder}/${name}`;
    mkdirSync(this.folder);
    mkdirSync(machine.image(this.folder.slice(1)), { recursive: true });
    this.shared = {
      mounts: [{ destination: this.folder, source: this.folder, options: ['bind'] }],
    };
  }

  /** A hook that is a shell script, which knows the folder as `$notes`. */
  script(text: string, more: Partial<Hook> = {}): Hook {
    return {
      path: '/bin/sh',
      args: ['sh', '-c', `notes=${this.folder}; ${text}`],
      env: ['PATH=/usr/bin:/bin'],
      ...more,
    };
  }

  /** What a hook has written. */
  read(name: string): string {
    return readFileSync(`${this.folder}/${name}`, 'utf8');
  }
}

/** A new folder for each test of a file; call what it returns inside of them. */
export function useHookNotes(machine: () => Machine): () => HookNotes {
  let made: HookNotes | undefined;
  let number = 0;
  beforeEach(() => {
    number += 1;
    made = new HookNotes(machine(), `notes-${number}`);
  });
  return () => {
    if (!made) throw new Error('the notes are made before each test');
    return made;
  };
}
