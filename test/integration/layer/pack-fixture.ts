import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { onTestFinished } from 'vitest';

import { packLayer } from '../../../runtime/layer/pack-layer.ts';
import type { PackOptions } from '../../../runtime/layer/pack-layer.ts';
import type { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

/** Runs a shell script in a folder. */
export function shell(cwd: string, script: string): string {
  return execFileSync('sh', ['-ec', script], { cwd, encoding: 'latin1', maxBuffer: 2 ** 26 });
}

/** Packs a folder as a layer. */
export async function pack(
  runner: Launcher,
  path: string,
  options: Partial<PackOptions> = {},
): Promise<Buffer> {
  const view = { kind: 'folder', path } as const;
  return Buffer.concat(
    await Array.fromAsync(packLayer({ view, form: 'layer', runner, ...options })),
  );
}

/** Names in an archive, as GNU tar lists them; it must find nothing wrong. */
export function namesIn(archive: Uint8Array): readonly string[] {
  const listed = execFileSync('tar', ['-tf', '-', '--quoting-style=escape'], {
    input: archive,
    encoding: 'latin1',
    stdio: ['pipe', 'pipe', 'pipe'],
    maxBuffer: 2 ** 26,
  });
  return listed.split('\n').filter((line) => line !== '');
}

/** Everything that is to be the same of two trees: attributes, times to the nanosecond, link counts, content. */
export function describeTree(path: string): string {
  const files = shell(
    path,
    `find . -printf '%p %y %m %U:%G %s %T@ %n %l\\n' | sed -E 's/^(\\S+ d \\S+ \\S+ )[0-9]+/\\1-/' | LC_ALL=C sort`,
  );
  const nodes = shell(
    path,
    `find . \\( -type c -o -type b \\) -print0 | LC_ALL=C sort -z | xargs -0r stat -c '%n %t:%T'`,
  );
  const contents = shell(path, `find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum`);
  const capabilities = shell(path, 'getcap -r .');
  return [files, nodes, contents, capabilities].join('\n');
}

/** Mounts an overlay for the time of the test, runs a script in it, and takes it down again. */
export function changeThroughOverlay(
  folders: { readonly lower: string; readonly upper: string; readonly work: string },
  merged: string,
  script: string,
): void {
  const { lower, upper, work } = folders;
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, merged]);
  try {
    shell(merged, script);
  } finally {
    execFileSync('umount', [merged]);
  }
}

/** Mounts layers read-only, topmost first, until the test ends. */
export function showLayers(layers: readonly string[], merged: string): void {
  const options = `lowerdir=${layers.join(':')}`;
  execFileSync('mount', ['-t', 'overlay', 'overlay', '-o', options, merged]);
  onTestFinished(() => {
    execFileSync('umount', [merged]);
  });
}

/** Sets an extended attribute. */
export async function setAttribute(
  launcher: Launcher,
  path: string,
  [name, value]: readonly [string, string],
): Promise<void> {
  const p = new ProgramBuilder('set attribute');
  const data = Buffer.from(value);
  const args = [p.string(path), p.string(name), p.bytes(data), data.byteLength, 0];
  p.call('set', 'lsetxattr', args);
  p.exit(0);
  await launcher.run(p);
}

/** The digest of bytes, as hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
