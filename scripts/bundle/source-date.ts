import { BerthError } from '../../runtime/errors/berth-error.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { runCommand } from '../host/commands.ts';

/** 1980-01-01: tar(1) complains of times around 1970. */
const withoutCommit = 315_532_800;

/**
 * The time that every file of a bundle gets, in seconds since 1970-01-01 UTC: SOURCE_DATE_EPOCH
 * (reproducible-builds.org, version 1.1), else that of the commit, else 1980-01-01.
 *
 * @throws BerthError USAGE when SOURCE_DATE_EPOCH is no whole number
 */
export async function sourceDate(
  root: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const asked = env['SOURCE_DATE_EPOCH'];
  if (asked !== undefined && asked !== '') {
    if (/^\d{1,10}$/.test(asked)) return Number(asked);
    throw new BerthError('USAGE', {
      message: m.sourceDateInvalid({ value: asked }),
      remedy: m.sourceDateRemedy(),
    });
  }
  const { exitCode, stdout } = await runCommand('git', ['-C', root, 'log', '-1', '--format=%ct']);
  return exitCode === 0 && /^\d+\s*$/.test(stdout) ? Number(stdout) : withoutCommit;
}
