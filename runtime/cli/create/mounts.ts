import { resolve } from 'node:path';
import { optionError } from './option-error.ts';

/** What `-v` asks for: a bind (or named volume), or a nameless volume at a path. */
export type VolumeRequest =
  | { readonly kind: 'bind'; readonly bind: string }
  | { readonly kind: 'anonymous'; readonly target: string };

/**
 * Reads a `-v`: `source:target[:options]`, or a target alone.
 *
 * @param workingDirectory where a source such as `./data` starts
 * @throws OPTION_INVALID
 */
export function parseVolume(value: string, workingDirectory: string): VolumeRequest {
  const help = { wanted: 'source:/target or source:/target:ro', example: '/srv/data:/data' };
  const [source = '', target, ...options] = value.split(':');
  if (target === undefined) {
    if (!source.startsWith('/')) throw optionError('--volume', value, help);
    return { kind: 'anonymous', target: source };
  }
  if (source === '' || !target.startsWith('/') || options.length > 1)
    throw optionError('--volume', value, help);
  const from = /^\.{1,2}(\/|$)/.test(source) ? resolve(workingDirectory, source) : source;
  return { kind: 'bind', bind: [from, target, ...options].join(':') };
}
