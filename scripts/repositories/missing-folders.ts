import { dirname } from 'node:path';
import { exists } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Step } from '../steps/index.ts';

/** Steps that make those of `folders` that the host lacks, with their parents: /etc/apt/keyrings is younger than apt. */
export async function missingFolders(
  host: ProvisionHost,
  folders: readonly string[],
): Promise<readonly Step[]> {
  const missing: string[] = [];
  for (const folder of folders) {
    for (
      let path = folder;
      path !== '/' && !(await exists(host.path(path)));
      path = dirname(path)
    ) {
      if (!missing.includes(path)) missing.push(path);
    }
  }
  // A parent is shorter than what lies in it.
  return missing
    .toSorted((a, b) => a.length - b.length)
    .map((path) => ({ kind: 'make-folder', path, mode: 0o755, removes: 'empty' }));
}
