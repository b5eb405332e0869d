import { BerthError, isBerthError } from '../errors/berth-error.ts';
import { isDigest } from './digest.ts';
import type { Digest } from './digest.ts';

declare const referenceBrand: unique symbol;

/**
 * An image name in full, as Docker normalises what people type: `ubuntu` is `docker.io/library/ubuntu`. Made only
 * by the functions of this file.
 */
export interface Reference {
  readonly [referenceBrand]: true;
  /** Registry host, with its port when it has one: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly domain: string;
  /** Repository within the registry: `library/ubuntu`. */
  readonly path: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

const defaultDomain = 'docker.io';
/** Docker Hub's name before 2015, which configurations still hold. */
const legacyDefaultDomain = 'index.docker.io';
const officialPrefix = 'library/';
const maxPathLength = 255;

const hostLabel = '(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])';
const domainPattern = new RegExp(
  `^(?:${hostLabel}(?:\\.${hostLabel})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`,
);
const pathComponent = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const pathPattern = new RegExp(`^${pathComponent}(?:/${pathComponent})*$`);
const tagPattern = /^\w[\w.-]{0,127}$/;
const identifierPattern = /^[0-9a-f]{64}$/;

/** The parts of a reference from which another is made. */
type Parts = Pick<Reference, 'domain' | 'path'> & Partial<Pick<Reference, 'tag' | 'digest'>>;

function makeReference(parts: Parts): Reference {
  const { domain, path, tag, digest } = parts;
  return Object.freeze({ domain, path, tag, digest }) as Reference;
}

function invalid(text: string, why: string): BerthError {
  return new BerthError('REFERENCE_INVALID', {
    message: `invalid reference format: "${text}": ${why}`,
    remedy:
      'Write the image as [registry[:port]/]name[:tag][@sha256:digest], the name in lower case.',
    details: { reference: text },
  });
}

/** Docker's words, which clients look for. */
function mustBeLowercase(text: string, path: string): BerthError {
  return new BerthError('REFERENCE_INVALID', {
    message: `invalid reference format: repository name (${path}) must be lowercase`,
    remedy: 'Write the name in lower case; only a tag and a registry host may have capitals.',
    details: { reference: text },
  });
}

/** Tells a registry from the first part of a repository: only a host has a dot, a port or capitals. */
function splitDomain(name: string): { readonly domain: string; readonly path: string } {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  let domain = isHost ? first : defaultDomain;
  const path = isHost ? name.slice(slash + 1) : name;
  if (domain === legacyDefaultDomain) domain = defaultDomain;
  const official = domain === defaultDomain && !path.includes('/');
  return { domain, path: official ? officialPrefix + path : path };
}

/** Cuts `@digest` and `:tag` off the end; a colon before the last slash belongs to the host's port. */
function splitSuffixes(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf('@');
  const named = at === -1 ? text : text.slice(0, at);
  const digest = at === -1 ? {} : { digest: text.slice(at + 1) };
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  if (colon === -1) return { name: named, ...digest };
  return { name: named.slice(0, colon), tag: named.slice(colon + 1), ...digest };
}

/**
 * Parses an image name as Docker does (github.com/distribution/reference 0.6, the grammar in its documentation).
 * Digests other than SHA-256 are refused.
 *
 * @throws REFERENCE_INVALID
 */
export function parseReference(text: string): Reference {
  if (text === '') throw invalid(text, 'it is empty');
  if (identifierPattern.test(text)) {
    // Docker's words: a client may tell an id from a name by them.
    throw new BerthError('REFERENCE_INVALID', {
      message: `invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`,
      remedy: 'Write "sha256:" before it when an image id is meant, or choose another name.',
      details: { reference: text },
    });
  }
  const { name, tag, digest } = splitSuffixes(text);
  const { domain, path } = splitDomain(name);
  if (path !== path.toLowerCase()) throw mustBeLowercase(text, path);
  if (!domainPattern.test(domain)) throw invalid(text, `"${domain}" is not a registry host`);
  if (!pathPattern.test(path)) throw invalid(text, `"${path}" is not a repository name`);
  if (path.length > maxPathLength) {
    throw invalid(text, `the repository name has more than ${maxPathLength} characters`);
  }
  if (tag !== undefined && !tagPattern.test(tag)) throw invalid(text, `"${tag}" is not a tag`);
  if (digest !== undefined && !isDigest(digest)) throw invalid(text, `"${digest}" is not a digest`);
  return makeReference({ domain, path, tag, digest });
}

/** The same name with tag `latest`, unless it has a tag or a digest. */
export function withDefaultTag(reference: Reference): Reference {
  if (reference.tag !== undefined || reference.digest !== undefined) return reference;
  return makeReference({ ...reference, tag: 'latest' });
}

/** The repository of `reference` with another tag, and no digest. */
export function withTag(reference: Reference, tag: string): Reference {
  return makeReference({ domain: reference.domain, path: reference.path, tag });
}

/** The repository of `reference` with a digest, and no tag. */
export function withDigest(reference: Reference, digest: Digest): Reference {
  return makeReference({ domain: reference.domain, path: reference.path, digest });
}

/**
 * The name under which an image is looked up: tag `latest` when none is given; with tag and digest, the digest is what
 * counts.
 *
 * @throws REFERENCE_INVALID
 */
export function lookupName(text: string): Reference {
  const name = withDefaultTag(parseReference(text));
  return name.digest === undefined ? name : withDigest(name, name.digest);
}

/**
 * The name that a repository and a tag, given apart, stand for (Docker's `repo` and `tag` parameters): a tag beside the
 * repository counts more than one within it; `latest` when there is none.
 *
 * @throws REFERENCE_INVALID, also for a name with a digest
 */
export function parseTagTarget(repository: string, tag: string): Reference {
  const name = parseReference(repository);
  if (name.digest !== undefined) {
    throw new BerthError('REFERENCE_INVALID', {
      message: `refusing to create a tag with a digest reference: "${repository}"`,
      remedy: 'Leave the digest out: it follows from the image.',
    });
  }
  if (familiarRepository(name) === 'sha256') {
    throw new BerthError('REFERENCE_INVALID', {
      message: 'refusing to create an ambiguous tag using digest algorithm as name',
      remedy: 'Choose another name: "sha256:..." is how image ids are written.',
    });
  }
  if (tag === '') return withDefaultTag(name);
  if (!tagPattern.test(tag)) throw invalid(`${repository}:${tag}`, `"${tag}" is not a tag`);
  return withTag(name, tag);
}

/** Registry and repository, without tag and digest: `docker.io/library/ubuntu`. */
export function repositoryOf(reference: Reference): string {
  return `${reference.domain}/${reference.path}`;
}

/** Registry and repository in the form people type: `ubuntu`. */
export function familiarRepository(reference: Reference): string {
  if (reference.domain !== defaultDomain) return repositoryOf(reference);
  const short = reference.path.slice(officialPrefix.length);
  const official = reference.path.startsWith(officialPrefix) && !short.includes('/');
  return official ? short : reference.path;
}

function suffixOf(reference: Reference): string {
  const tag = reference.tag === undefined ? '' : `:${reference.tag}`;
  return reference.digest === undefined ? tag : `${tag}@${reference.digest}`;
}

/** The whole name in full: `docker.io/library/ubuntu:24.04`. `parseReference` gives the same reference again. */
export function canonicalName(reference: Reference): string {
  return repositoryOf(reference) + suffixOf(reference);
}

/** A name as Docker shows it without tag and digest; what is none stays as it is. */
export function withoutTag(name: string): string {
  try {
    return familiarRepository(parseReference(name));
  } catch (error) {
    if (isBerthError(error)) return name;
    throw error;
  }
}

/** The whole name as Docker shows it: `ubuntu:24.04`. `parseReference` gives the same reference again. */
export function familiarName(reference: Reference): string {
  return familiarRepository(reference) + suffixOf(reference);
}
