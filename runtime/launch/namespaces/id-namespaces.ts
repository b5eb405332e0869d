import type { IdMapping } from '../../spec/id-mappings.ts';
import { CLONE_NEWUSER } from '../../syscall/constants/clone.ts';
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from '../../syscall/constants/fs.ts';
import { SIGCHLD } from '../../syscall/constants/process.ts';
import { numberedPath } from '../../syscall/decimal.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { writeHostProcFile } from './host-proc-file.ts';
import { mappingLine } from './map-ids.ts';

/** The ids that a mount is looked at with, and where in the config they come from. */
export interface IdSource {
  readonly field: string;
  /** A user namespace by path, when they are those of that. */
  readonly namespace: string | undefined;
  readonly uids: readonly IdMapping[];
  readonly gids: readonly IdMapping[];
}

/** User namespaces that stand for ids (mount_setattr(2), "ID-mapped mounts"), each made or opened once. */
export class IdNamespaces {
  readonly #p: ProgramBuilder;
  readonly #open = new Map<string, Ref>();

  constructor(p: ProgramBuilder) {
    this.#p = p;
  }

  /** A descriptor of a user namespace with the ids. */
  open(ids: IdSource): Ref {
    const key = JSON.stringify([ids.namespace, ids.uids, ids.gids]);
    const namespace = this.#open.get(key) ?? this.#openNew(ids);
    this.#open.set(key, namespace);
    return namespace;
  }

  closeAll(): void {
    for (const namespace of this.#open.values())
      this.#p.call('close the ids', 'close', [namespace]);
    this.#open.clear();
  }

  #openNew({ field, namespace, uids, gids }: IdSource): Ref {
    if (namespace === undefined) return makeNamespace(this.#p, { field, uids, gids });
    const args = [AT_FDCWD, this.#p.string(namespace), O_RDONLY | O_CLOEXEC, 0];
    return this.#p.call(`open the ids of ${field}`, 'openat', args);
  }
}

/** Makes a namespace: a process has to be born in it, which waits until its ids are written, and ends. */
function makeNamespace(p: ProgramBuilder, { field, uids, gids }: Omit<IdSource, 'namespace'>): Ref {
  const label = `make the ids of ${field}`;
  const ends = p.reserve(8);
  const [waits, holds] = [p.value32(ends), p.value32(ends.at(4))];
  const parent = p.label();
  p.call(label, 'pipe2', [ends, O_CLOEXEC]);
  const child = p.call(label, 'clone', [CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0]);
  p.jumpIf('ne', child, 0, parent);
  // Until the other end is closed, also because whoever holds it has died.
  p.call(label, 'close', [holds]);
  p.call(label, 'read', [waits, p.reserve(8), 1], { onError: 'ignore' });
  p.exit(0);

  p.place(parent);
  p.call(label, 'close', [waits]);
  for (const [file, mappings] of [
    ['uid_map', uids],
    ['gid_map', gids],
  ] as const) {
    writeHostProcFile(p, {
      label,
      proc: '/proc',
      files: [numberedPath(p, { prefix: '', number: child, suffix: `/${file}` })],
      value: mappings.map(mappingLine).join(''),
    });
  }
  const path = numberedPath(p, { prefix: '/proc/', number: child, suffix: '/ns/user' });
  const namespace = p.call(label, 'openat', [AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0]);
  p.call(label, 'close', [holds]);
  p.call(label, 'wait4', [child, 0, 0, 0]);
  return namespace;
}
