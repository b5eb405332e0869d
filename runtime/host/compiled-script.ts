import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script, constants } from 'node:vm';

/** A CommonJS file that has been compiled and run. */
export interface CompiledScript {
  readonly exports: unknown;
  /** Whether V8 took what was compiled earlier. `absent`: there is no cache file. */
  readonly cache: 'used' | 'rejected' | 'absent';
  /** What V8 has compiled of it by now, for a later process of the same Node.js. */
  createCache(): Buffer;
}

/** A file to run, and where what was compiled of it earlier is. */
export interface ScriptToRun {
  readonly path: string;
  readonly cachePath: string;
  /** The path to say in stacks. It gets into what `createCache` gives, too; else `path`. */
  readonly name?: string;
}

/**
 * Runs a CommonJS file with what V8 compiled of it in an earlier process. Node.js's own cache (NODE_COMPILE_CACHE) is not for
 * shipping: the names of its folders have the user and the path in them.
 */
export function runCompiledScript({ path, cachePath, name = path }: ScriptToRun): CompiledScript {
  const cachedData = readIfExists(cachePath);
  // On one line with the text, so that lines in stacks are those of the file.
  const head = '(function (exports, require, module, __filename, __dirname, __fileUrl) {';
  const script = new Script(`${head}${readFileSync(path, 'utf8')}\n})`, {
    filename: name,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const wrapper = script.runInThisContext() as (...args: readonly unknown[]) => void;
  const module = { exports: {} as unknown };
  const place = [path, dirname(path), pathToFileURL(path).href];
  wrapper(module.exports, createRequire(path), module, ...place);
  return {
    exports: module.exports,
    cache: cacheState(script),
    createCache: () => script.createCachedData(),
  };
}

function cacheState({ cachedDataRejected }: Script): CompiledScript['cache'] {
  if (cachedDataRejected === undefined) return 'absent';
  return cachedDataRejected ? 'rejected' : 'used';
}

function readIfExists(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    // Without it all works, and starts slower.
    return undefined;
  }
}
