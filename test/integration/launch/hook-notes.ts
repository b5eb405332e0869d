import { mkdirSync, readFileSync } from 'node:fs';
import type { Hook } from '../../../runtime/spec/hooks.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import type { Machine } from './machine.ts';

/** A folder that hooks write to, on the host as in the container. */
export class HookNotes {
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
