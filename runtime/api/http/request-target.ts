import { currentApiVersion } from './api-version.ts';

/** A request's URL with the version taken out. */
export interface RequestTarget {
  readonly version: string;
  /** Path and query, as the route table has it. */
  readonly url: string;
}

/** Image names have slashes, and stand in the middle of these paths. */
const imageRoute =
  /^(\/images|\/distribution|\/berth\/manifests)\/(.+?)(\/(?:json|tag|history|push|get))?$/;

/** Paths below /images that are no image's name. */
const imageCollections = ['json', 'load', 'create', 'get', 'prune', 'search'];

/**
 * Takes `/v1.51` off a URL, and packs an image's name into one path segment: `/v1.51/images/a/b/json` becomes
 * `/images/a%2Fb/json`.
 */
export function parseRequestTarget(rawUrl: string): RequestTarget {
  const at = rawUrl.indexOf('?');
  const rawPath = at === -1 ? rawUrl : rawUrl.slice(0, at);
  const query = at === -1 ? '' : rawUrl.slice(at);
  const match = /^\/v(\d{1,4}(?:\.\d{1,4})?)(\/.*)$/.exec(rawPath);
  const path = packImageName(match?.[2] ?? rawPath);
  return { version: match?.[1] ?? currentApiVersion, url: path + query };
}

function packImageName(path: string): string {
  const match = imageRoute.exec(path);
  if (match === null) return path;
  const [, collection = '', name = '', action = ''] = match;
  if (action === '' && imageCollections.includes(name)) return path;
  return `${collection}/${name.replaceAll('/', '%2F')}${action}`;
}
