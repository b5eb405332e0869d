import { messageOf } from '../../errors/berth-error.ts';
import { readFile } from '../../host/files.ts';
import { optionError } from './option-error.ts';

/** `--security-opt` as the API wants it: a seccomp profile is read here, and paths are no option of the daemon's. */
export interface SecurityRequest {
  readonly SecurityOpt?: readonly string[];
  readonly MaskedPaths?: readonly string[];
  readonly ReadonlyPaths?: readonly string[];
}

const systemPaths = 'systempaths=unconfined';

async function profile(file: string): Promise<string> {
  try {
    // Compact, as Docker's client sends it.
    return JSON.stringify(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw optionError('--security-opt', `seccomp=${file}`, {
      wanted: `a file with a seccomp profile (${messageOf(error)})`,
      example: 'seccomp=profile.json',
    });
  }
}

/**
 * Reads `--security-opt` options.
 *
 * @throws OPTION_INVALID a seccomp profile cannot be read
 */
export async function securityRequest(
  values: readonly string[] | undefined,
): Promise<SecurityRequest> {
  if (values === undefined) return {};
  const wanted = values.filter((value) => value !== systemPaths);
  const SecurityOpt = await Promise.all(
    wanted.map(async (value) => {
      const [, file] = /^seccomp[=:](.+)$/.exec(value) ?? [];
      const isFile = file !== undefined && !['unconfined', 'builtin'].includes(file);
      return isFile ? `seccomp=${await profile(file)}` : value;
    }),
  );
  const open = wanted.length < values.length ? { MaskedPaths: [], ReadonlyPaths: [] } : {};
  return { ...(SecurityOpt.length === 0 ? {} : { SecurityOpt }), ...open };
}
