import { basename } from 'node:path';

/** What depmod(8) wrote below `/lib/modules/<version>`, and modules.builtin from the kernel's build. */
export interface ModuleTables {
  /** modules.dep: `path: path path ...`, a module and what it needs, directly or not, the nearest first. */
  readonly dependencies: string;
  /** modules.builtin: paths of what is part of the kernel itself. */
  readonly builtin: string;
}

/**
 * Paths of the modules to load, below the modules' folder, each after all that it needs.
 * Throws when a name is neither a module nor part of the kernel.
 */
export function moduleOrder(names: readonly string[], tables: ModuleTables): readonly string[] {
  const needs = new Map(
    linesOf(tables.dependencies).map((line) => {
      const [path = '', ...others] = line.split(/:? +|:$/).filter((word) => word !== '');
      return [nameOf(path), { path, others }];
    }),
  );
  const builtin = new Set(linesOf(tables.builtin).map(nameOf));
  const order = new Set<string>();
  for (const name of names) {
    const module = needs.get(name);
    if (module === undefined) {
      if (builtin.has(name)) continue;
      throw new Error(`the kernel has no module "${name}"; wanted it to reach the disk`);
    }
    for (const path of module.others.toReversed()) order.add(path);
    order.add(module.path);
  }
  return [...order];
}

/** A module's name: its file without endings, dashes as underscores (as modprobe(8) treats them). */
function nameOf(path: string): string {
  return basename(path)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_');
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
