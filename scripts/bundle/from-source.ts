import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommand } from '../host/commands.ts';
import type { BerthProgram } from '../program/self.ts';
import { bundleHome } from '../program/bundle-home.ts';
import { ownArchitecture, type Architecture } from './architecture.ts';
import type { BundleFile } from './bundle-file.ts';
import { compileScripts } from './code-cache.ts';
import { fixedFiles } from './fixed-files.ts';
import { foreignRuntime } from './foreign-runtime.ts';
import { bundleScripts } from './javascript.ts';
import { ownRuntime } from './own-runtime.ts';
import { runtimeFiles } from './runtime-files.ts';

/**
 * The files of a bundle, made from a checkout: its TypeScript, the Node.js of its dependencies, and this host's loader
 * and libraries; for another processor both come from package registries.
 *
 * @throws BerthError BUNDLE_INPUT_INVALID, BUNDLE_ARCH_UNAVAILABLE, COMMAND_FAILED
 */
export async function filesFromSource(
  program: BerthProgram,
  arch: Architecture,
): Promise<readonly BundleFile[]> {
  const home = bundleHome(program.version);
  const runtime =
    arch === ownArchitecture()
      ? ownRuntime(program.root, arch)
      : await foreignRuntime(program.root, arch);
  const files = await runtimeFiles({ ...runtime, arch, home });
  const scripts = await bundleScripts(program.root);
  const loader = files.find(({ path, kind }) => kind === 'program' && path.startsWith('lib/'));
  const facts = { version: program.version, arch, home, loader: loader?.path.slice(4) ?? '' };
  const caches =
    runtime.runner === undefined
      ? []
      : await compileScripts(scripts, { node: runtime.runner, run: runCommand, scratch: tmpdir() });
  return [
    ...files,
    ...Object.entries(scripts).map(([path, text]): BundleFile => ({
      path,
      kind: 'data',
      content: Buffer.from(text),
    })),
    ...[...caches].map(([path, content]): BundleFile => ({ path, kind: 'data', content })),
    ...(await fixedFiles(program.root, facts)),
    {
      path: 'LICENSE-node',
      kind: 'data',
      content: { path: join(dirname(dirname(runtime.node)), 'LICENSE') },
    },
  ];
}
