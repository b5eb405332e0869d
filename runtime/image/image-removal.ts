import { BerthError } from '../errors/berth-error.ts';
import { hexOf } from './digest.ts';
import type { Digest } from './digest.ts';
import type { StoredImage } from './image-catalog.ts';
import type { ImageUser, RemoveImageOptions } from './image-model.ts';
import { familiarName, lookupName, repositoryOf } from './reference.ts';
import type { Reference } from './reference.ts';

/** What a removal comes down to, once Docker's rules have been applied. */
export interface RemovalPlan {
  readonly untag: readonly Reference[];
  /** Whether the image goes too. */
  readonly image: 'goes' | 'stays';
}

/**
 * Decides what `docker rmi` does, without doing it: by a name, the name goes, and the image with its last name; by an
 * id, the image goes with all its names if they are of one repository, or with force.
 *
 * @throws IMAGE_IN_USE, in Docker's words
 */
export function planRemoval(
  image: StoredImage,
  asked: string,
  options: RemoveImageOptions,
): RemovalPlan {
  const users = options.users.filter(({ imageId }) => imageId === image.id);
  return isIdOf(image.id, asked)
    ? planById(image, users, options.force)
    : planByName(image, asked, { users, force: options.force });
}

/** Whether what was asked for is the image's id or the beginning of it. A name that looks like one is a name. */
function isIdOf(id: Digest, asked: string): boolean {
  const hex = asked.replace(/^sha256:/, '');
  return /^[0-9a-f]+$/.test(hex) && hexOf(id).startsWith(hex);
}

function planByName(
  image: StoredImage,
  asked: string,
  {
    users,
    force,
  }: { readonly users: readonly ImageUser[]; readonly force: RemoveImageOptions['force'] },
): RemovalPlan {
  const user = users[0];
  if (force === 'never' && user !== undefined && isSingleReference(image.names)) {
    throw inUse(
      `unable to remove repository reference "${asked}" (must force) - container ` +
        `${user.containerId.slice(0, 12)} is using its referenced image ${shortId(image.id)}`,
    );
  }
  const name = lookupName(asked);
  const rest = image.names.filter((other) => familiarName(other) !== familiarName(name));
  const untag = [name, ...orphanedDigests(name, rest)];
  const remaining = rest.filter((other) => !untag.includes(other));
  // An image that a running container needs stays, without a name.
  const isRunning = users.some(({ running }) => running);
  return { untag, image: remaining.length === 0 && !isRunning ? 'goes' : 'stays' };
}

/** Names by digest of a repository have no use once its last tag is gone. */
function orphanedDigests(removed: Reference, rest: readonly Reference[]): readonly Reference[] {
  if (removed.tag === undefined) return [];
  const ofRepository = rest.filter((other) => repositoryOf(other) === repositoryOf(removed));
  return ofRepository.some(({ tag }) => tag !== undefined) ? [] : ofRepository;
}

function planById(
  image: StoredImage,
  users: readonly ImageUser[],
  force: RemoveImageOptions['force'],
): RemovalPlan {
  const running = users.find((user) => user.running);
  if (running !== undefined) throw conflict(image.id, 'cannot be forced', 'running', running);
  const stopped = users[0];
  if (force === 'never') {
    if (!isSingleReference(image.names)) {
      throw inUse(
        `unable to delete ${shortId(image.id)} (must be forced) - image is referenced in multiple repositories`,
      );
    }
    if (stopped !== undefined) throw conflict(image.id, 'must be forced', 'stopped', stopped);
  }
  return { untag: image.names, image: 'goes' };
}

/** Whether all names are of one repository, with one tag at most. */
function isSingleReference(names: readonly Reference[]): boolean {
  const repositories = new Set(names.map(repositoryOf));
  const tags = names.filter(({ tag }) => tag !== undefined);
  return repositories.size <= 1 && tags.length <= 1;
}

function shortId(id: Digest): string {
  return hexOf(id).slice(0, 12);
}

function conflict(
  id: Digest,
  force: string,
  state: string,
  { containerId }: ImageUser,
): BerthError {
  const by = `image is being used by ${state} container ${containerId.slice(0, 12)}`;
  return inUse(`unable to delete ${shortId(id)} (${force}) - ${by}`);
}

function inUse(why: string): BerthError {
  return new BerthError('IMAGE_IN_USE', {
    message: `conflict: ${why}`,
    remedy:
      'Remove the containers or names that need the image first, or use force where the message allows it.',
  });
}
