import { basename, join } from 'node:path';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { exists, readFile } from '../../runtime/host/files.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { namesOf, type Architecture } from './architecture.ts';
import type { BundleFile } from './bundle-file.ts';
import { readElf } from './elf/read-elf.ts';
import { settleProgram } from './elf/settle-program.ts';

/** Where the parts of a Node.js that runs anywhere come from. */
export interface RuntimeSource {
  readonly arch: Architecture;
  /** The program `node`. */
  readonly node: string;
  /** Folders with the libraries it is linked with, the first one that has it wins. */
  readonly libraryFolders: readonly string[];
  /** Absolute path that the bundle will be unpacked in. */
  readonly home: string;
}

/**
 * Node.js with its dynamic loader and every library it is linked with, directly or through another one (DT_NEEDED): with
 * them it starts on a host with an older glibc, with musl, or with none.
 *
 * @throws BerthError BUNDLE_INPUT_INVALID for what is no program or library of `arch`, or is missing
 */
export async function runtimeFiles(source: RuntimeSource): Promise<readonly BundleFile[]> {
  const program = await readFile(source.node);
  const { interpreter = '', needed, machine } = readElf(program, source.node);
  requireMachine(machine, { path: source.node, arch: source.arch });
  const loader = basename(interpreter);
  const libraries = await collect([loader, ...needed], source);
  const node = settleProgram(program, source.node, {
    interpreter: join(source.home, 'lib', loader),
    libraries: join(source.home, 'lib'),
  });
  return [
    { path: 'bin/node', kind: 'program', content: node },
    ...[...libraries].map(
      ([name, content]) =>
        // The loader is a program too: a bundle that is not in its place is started through it.
        ({ path: `lib/${name}`, kind: name === loader ? 'program' : 'data', content }) as const,
    ),
  ];
}

async function collect(
  first: readonly string[],
  source: RuntimeSource,
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const wanted = [...first];
  for (let name = wanted.shift(); name !== undefined; name = wanted.shift()) {
    if (found.has(name)) continue;
    const path = await find(name, source.libraryFolders);
    const bytes = await readFile(path);
    const { machine, needed } = readElf(bytes, path);
    requireMachine(machine, { path, arch: source.arch });
    found.set(name, bytes);
    wanted.push(...needed);
  }
  return found;
}

async function find(name: string, folders: readonly string[]): Promise<string> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  throw new BerthError('BUNDLE_INPUT_INVALID', {
    message: m.libraryMissing({ name, folders: folders.join('", "') }),
    remedy: m.libraryRemedy(),
    details: { name, folders },
  });
}

function requireMachine(
  machine: number,
  wanted: { readonly path: string; readonly arch: Architecture },
): void {
  if (machine === namesOf(wanted.arch).elf) return;
  throw new BerthError('BUNDLE_INPUT_INVALID', {
    message: m.wrongMachine({ path: wanted.path, arch: wanted.arch, machine: String(machine) }),
    remedy: m.inputRemedy(),
    details: { path: wanted.path, machine },
  });
}
