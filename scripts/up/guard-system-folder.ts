import { upMessages as m } from '../../messages/areas/up.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/** Folders of the system (hier(7)) that are no place for data, and nothing below them is: programs, kernel, memory. */
const wholly = ['bin', 'boot', 'dev', 'etc', 'proc', 'run', 'sbin', 'sys', 'usr'] as const;
/** Folders that hold what others put there: a folder below is fine, these themselves are not. */
const themselves = ['home', 'root', 'tmp', 'var', 'var/cache', 'var/lib', 'var/log', 'var/tmp'];

/**
 * Makes sure that a data root is a folder of berth's own: it would fill `/` or `/etc` with folders such as "containers",
 * and what lies in `/run` is gone with the next boot.
 *
 * @param dataRoot An absolute path, and `from` who wants it: an option or a file.
 * @throws BerthError USAGE.
 */
export function guardSystemFolder({
  dataRoot,
  from,
}: {
  readonly dataRoot: string;
  readonly from: string;
}): void {
  const parts = dataRoot.split('/').filter((part) => part !== '' && part !== '.');
  if (!isSystemFolder(parts)) return;
  throw new BerthError('USAGE', {
    message: m.dataRootOfSystem({ from, path: dataRoot }),
    remedy: m.dataRootOfSystemRemedy(),
    details: { dataRoot, from },
  });
}

function isSystemFolder(parts: readonly string[]): boolean {
  const [first, second] = parts;
  // One that leads upwards is nobody's wish; where to would have to be found out on the host.
  if (first === undefined || parts.includes('..')) return true;
  if (wholly.some((name) => name === first) || /^lib(?:32|64|x32)?$/.test(first)) return true;
  // Links to /run everywhere (file-hierarchy(7)).
  if (first === 'var' && (second === 'run' || second === 'lock')) return true;
  return themselves.includes(parts.join('/'));
}
