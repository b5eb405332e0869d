import { resolve } from 'node:path';
import { Option } from 'commander';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import type { Verb } from '../cli/verb.ts';
import { berthProgram } from '../program/self.ts';
import { formatBytes } from '../ui/format-bytes.ts';
import { architectures, ownArchitecture, type Architecture } from './architecture.ts';
import { bundleName, makeBundle } from './make-bundle.ts';

interface BundleOptions {
  readonly arch?: Architecture;
  readonly withImages?: readonly string[];
  readonly withPackages?: true;
  readonly output?: string;
  readonly json?: true;
}

/** `berth bundle`: one archive that installs berth where there is nothing. */
export const bundleVerb: Verb = {
  define: (command) => {
    command
      .addOption(new Option('--arch <arch>', m.archOption()).choices(architectures))
      .addOption(
        new Option('--with-images <images>', m.imagesOption()).argParser<readonly string[]>(
          (text, before: readonly string[] | undefined) => [
            ...(before ?? []),
            ...text.split(',').filter((name) => name !== ''),
          ],
        ),
      )
      .option('--with-packages', m.packagesOption())
      .option('-o, --output <file>', m.outputOption())
      .option('--json', m.jsonOption());
  },
  run: async (context, command) => {
    // Commander types no options: this is the edge where they become what `define` declared.
    const options = command.opts<BundleOptions>();
    const arch = options.arch ?? ownArchitecture();
    const name = `${bundleName(berthProgram().version, arch)}.tar.gz`;
    const made = await makeBundle({
      arch,
      withImages: options.withImages ?? [],
      packages: options.withPackages === true ? 'include' : 'leave',
      to: resolve(context.workingDirectory, options.output ?? name),
      env: context.env,
    });
    const { path, digest } = made;
    const said = path.endsWith('.run') ? m.madeRun : m.made;
    const text = options.json
      ? `${JSON.stringify(made, undefined, 2)}\n`
      : `${said({ path, digest, size: formatBytes(made.sizeBytes) })}\n`;
    await context.console.output.write(text);
    return 0;
  },
};
