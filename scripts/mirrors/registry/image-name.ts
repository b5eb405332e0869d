import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';

/** An image that every mirror of Docker Hub is asked for. */
export interface TestImage {
  /** Such as `library/busybox`. */
  readonly repository: string;
  readonly tag: string;
}

/** Small, on every allow-list that is known, and with a layer that is large enough to measure (2 MB). */
export const defaultImage = 'busybox:latest';

/** Reads `busybox`, `library/busybox:1.36`. @throws BerthError USAGE. */
export function parseTestImage(text: string): TestImage {
  const [, name = '', tag = 'latest'] =
    /^([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)(?::([\w][\w.-]{0,127}))?$/.exec(text) ?? [];
  if (name !== '') return { repository: name.includes('/') ? name : `library/${name}`, tag };
  throw new BerthError('USAGE', {
    message: m.imageInvalid({ image: text }),
    remedy: m.imageInvalidRemedy(),
  });
}
