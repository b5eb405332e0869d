import { BerthError } from '../../errors/berth-error.ts';

/** The newest Docker Engine API version that berth speaks. */
export const currentApiVersion = '1.51';

/** The oldest one. */
export const minimumApiVersion = '1.24';

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor === bMajor ? aMinor - bMinor : aMajor - bMajor;
}

/** Whether a request with the version `version` behaves as `wanted` or later ones do. */
export function isAtLeast(version: string, wanted: string): boolean {
  return compareVersions(version, wanted) >= 0;
}

/** @throws API_VERSION_UNSUPPORTED with Docker's words, on which clients base their advice */
export function refuseUnsupportedVersion(version: string): void {
  if (compareVersions(version, minimumApiVersion) < 0) {
    throw unsupported(
      version,
      `client version ${version} is too old. Minimum supported API version is ${minimumApiVersion}, please upgrade your client to a newer version`,
    );
  }
  if (compareVersions(version, currentApiVersion) > 0) {
    throw unsupported(
      version,
      `client version ${version} is too new. Maximum supported API version is ${currentApiVersion}`,
    );
  }
}

function unsupported(version: string, message: string): BerthError {
  return new BerthError('API_VERSION_UNSUPPORTED', {
    message,
    remedy: `Set DOCKER_API_VERSION to a version from ${minimumApiVersion} to ${currentApiVersion}, or leave it unset.`,
    details: { version },
  });
}
