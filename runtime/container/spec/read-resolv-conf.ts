import { readTextIfExists } from '../../host/files.ts';
import {
  hasOnlyResolved,
  parseResolvConf,
  resolvedPath,
  type ResolvConfSource,
} from './resolv-conf.ts';

/**
 * The file that containers' are made from: the host's, or the one behind it where systemd-resolved's address is all that it has, as
 * moby does (v28.5.2, resolvconf_path.go). Without that one it is the host's all the same: berth's name server asks the stub, from
 * the host's network namespace.
 */
export async function readResolvConfSource(
  path: string,
  behind: string = resolvedPath,
): Promise<ResolvConfSource> {
  const text = (await readTextIfExists(path)) ?? '';
  if (!hasOnlyResolved(parseResolvConf(text))) return { path, text };
  const other = await readTextIfExists(behind);
  return other === undefined ? { path, text } : { path: behind, text: other };
}
