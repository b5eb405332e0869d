/**
 * Whether two URLs name the same folder of a repository: http or https, with or without a slash at the end. A variable
 * such as `$releasever` in `written` may stand for anything.
 */
export function isSameUrl(written: string, url: string): boolean {
  const pattern = plain(written)
    .split(/\$\{?\w+\}?/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^/]+');
  return new RegExp(`^${pattern}$`).test(plain(url));
}

const plain = (url: string): string =>
  url
    .replace(/^https?:\/\//, '')
    // `file:/srv` and `file:///srv` are the same.
    .replace(/^file:\/+/, 'file:/')
    .replace(/\/+$/, '');
