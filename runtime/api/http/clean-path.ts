import { posix } from 'node:path';

/** What no path that is clean already has. */
const unclean = /(?:\/|%2f)(?:\/|\.|%2f|%2e)/i;

/**
 * Where a URL leads whose path has empty segments, `.` or `..`; `undefined` for all others. dockerd answers those with a
 * redirection (gorilla/mux 1.8), which clients with a slash at the end of their address rely on: `GET //containers/json`.
 */
export function cleanTarget(rawUrl: string): string | undefined {
  const [rawPath = ''] = rawUrl.split('?', 1);
  if (!unclean.test(rawPath)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    // Left to the one who looks for the route, and says so.
    return undefined;
  }
  // A slash at the end stays, as there.
  const clean = posix.normalize(path);
  if (clean === path) return undefined;
  const encoded = encodeURI(clean).replaceAll('?', '%3F').replaceAll('#', '%23');
  return encoded + rawUrl.slice(rawPath.length);
}
