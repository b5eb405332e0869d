import satisfies from 'semver/functions/satisfies.js';
import valid from 'semver/functions/valid.js';
import validRange from 'semver/ranges/valid.js';
import { repositoryMessages as m } from '../../messages/areas/repositories.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';

/**
 * The version of a package that is meant by what a person wrote, the newest that fits:
 * - a version as the package manager writes it, whole (`5:28.5.2-1~debian.12~bookworm`);
 * - the same with `*` and `?` (`5:28.5.2*`), with the epoch or without;
 * - a range of upstream versions as npm has them (`^28`, `28.x`, `>=27 <29`, `28.5.2`).
 *
 * @param versions Newest first.
 * @throws BerthError PACKAGE_VERSION_UNKNOWN, with the versions that there are.
 */
export function chooseVersion(
  wanted: string,
  { name, versions }: { readonly name: string; readonly versions: readonly string[] },
): string {
  const found = versions.find(matcher(wanted.trim()));
  if (found !== undefined) return found;
  throw new BerthError('PACKAGE_VERSION_UNKNOWN', {
    message: m.versionNone({ name, wanted, versions: listed(versions) }),
    remedy: m.versionNoneRemedy(),
    details: { name, wanted, versions },
  });
}

/** Whether a version is one that is meant by what a person wrote; see `chooseVersion`. */
export function fitsVersion(wanted: string, version: string): boolean {
  return matcher(wanted.trim())(version);
}

function matcher(wanted: string): (version: string) => boolean {
  const isRange = validRange(wanted) !== null && !isGlob(wanted);
  if (isRange) {
    return (version) =>
      [version, withoutEpoch(version)].includes(wanted) ||
      satisfies(upstreamVersion(version) ?? '', wanted);
  }
  const pattern = new RegExp(
    `^${wanted
      .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
  );
  return (version) => pattern.test(version) || pattern.test(withoutEpoch(version));
}

/** `28.5.*` and `*` mean the same as ranges; `28.5.2*` is none, though semver would read it as `28.5.2`. */
function isGlob(wanted: string): boolean {
  return /[?*]/.test(wanted) && !/^(\d+\.)*\*$/.test(wanted);
}

/**
 * The version that upstream gave: `28.5.2` of `5:28.5.2-1~debian.12~bookworm` and `1:28.5.2-1.el9`, `29.0.0-rc.1` of
 * `5:29.0.0~rc.1-1~...`. Packages before 2022 have their distribution after the tilde (`20.10.24~3-0~debian-bookworm`).
 */
export function upstreamVersion(version: string): string | undefined {
  const [, core, preview] =
    /^(\d+(?:\.\d+){0,2})(?:~?-?((?:alpha|beta|rc)[.\d]*))?/.exec(withoutEpoch(version)) ?? [];
  if (core === undefined) return undefined;
  // "09" is a month in Docker's numbers before 2020 (18.09.9), which semver does not allow.
  const numbers = [...core.split('.'), '0', '0'].slice(0, 3).map(Number).join('.');
  return preview === undefined ? numbers : (valid(`${numbers}-${preview}`) ?? numbers);
}

function withoutEpoch(version: string): string {
  return version.replace(/^\d+:/, '');
}

const listedAtMost = 12;

function listed(versions: readonly string[]): string {
  if (versions.length === 0) return m.versionListNone();
  const shown = versions.slice(0, listedAtMost).join(', ');
  return versions.length > listedAtMost
    ? m.versionListMore({ shown, more: versions.length - listedAtMost })
    : shown;
}
