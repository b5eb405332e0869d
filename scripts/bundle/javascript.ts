import { join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { messageOf } from '../../messages/error-words.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** Characters beyond ASCII: with them V8 would keep the whole text with two bytes for each. */
const beyondAscii = /[^\x00-\x7f]/gu;

/** Node.js that the JavaScript is made for. */
const target = 'node26';

/**
 * A bundle's JavaScript by file name: `berth.js` is all of berth but `oci.js`, the runtime for other engines; `start.js` loads one
 * of them with what was compiled of it earlier.
 */
export type BundleScripts = Readonly<Record<'berth.js' | 'oci.js' | 'start.js', string>>;

/**
 * Makes few files of all of berth and its libraries. Names stay as they are, so that a stack says where something
 * happened. The same sources give the same bytes, wherever they lie.
 *
 * @param root The checkout.
 * @throws BerthError BUNDLE_INPUT_INVALID with esbuild's reason
 */
export async function bundleScripts(root: string): Promise<BundleScripts> {
  return {
    'berth.js': await bundled(root, 'bundle-main.ts'),
    'oci.js': await bundled(root, 'oci-main.ts'),
    'start.js': await bundled(root, 'start.ts'),
  };
}

async function bundled(root: string, entry: string): Promise<string> {
  // A bundle has no esbuild: it can only pack itself again.
  const { build } = await import('esbuild');
  try {
    const { outputFiles } = await build({
      ...options(root),
      entryPoints: [`scripts/program/${entry}`],
    });
    return (outputFiles?.[0]?.text ?? '').replace(beyondAscii, escaped);
  } catch (cause) {
    throw new BerthError('BUNDLE_INPUT_INVALID', {
      message: m.sourcesUnusable({ root, problem: messageOf(cause) }),
      remedy: m.inputRemedy(),
      cause,
    });
  }
}

function options(root: string): BuildOptions {
  return {
    absWorkingDir: root,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target,
    // The ECMAScript form of a library, where it has one: esbuild follows its imports, and leaves out what is not used.
    mainFields: ['module', 'main'],
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    external: ['esbuild'],
    plugins: [withoutEditor],
    nodePaths: [join(root, 'node_modules')],
    define: {
      'import.meta.url': '__fileUrl',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
    },

    logLevel: 'silent',
  };
}

/** inquirer can open an editor, for which it brings half a megabyte of character sets; berth never asks it to. */
const withoutEditor: Plugin = {
  name: 'without-editor',
  setup: (build) => {
    build.onLoad({ filter: /[/\\\\]@inquirer[/\\\\]external-editor[/\\\\]/ }, () => ({
      contents: 'export const editAsync = undefined;',
    }));
  },
};

/** In strings, regular expressions and comments alike, an escape stands for its character. */
function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const unit = character.charCodeAt(index).toString(16).padStart(4, '0');
    return String.raw`\u${unit}`;
  }).join('');
}
