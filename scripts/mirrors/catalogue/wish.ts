import { nearestName } from '../../../runtime/errors/nearest-name.ts';
import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { MirrorKind } from '../candidate.ts';
import { isAskable, upstreamName, urlOf, type Catalogue } from './catalogue.ts';

/** What a person wants of mirrors of one kind. */
export type Wish =
  | { readonly kind: 'auto' }
  | { readonly kind: 'upstream' }
  /** `perhaps`: a URL that may as well be meant for the other kind. */
  | {
      readonly kind: 'mirror';
      readonly name: string;
      readonly url: string;
      readonly certainty: 'sure' | 'perhaps';
    };

/** What a person wants, by kind; a kind that was not named stays as it is. */
export type Wishes = Readonly<Partial<Record<MirrorKind, Wish>>>;

const kinds: readonly MirrorKind[] = ['registry', 'packages'];

/**
 * Reads words such as `auto`, `upstream`, `tuna`, `https://mirror.example`, each perhaps with `registry=` or `packages=`
 * before it, which says what it is for.
 *
 * @throws BerthError MIRROR_UNKNOWN; USAGE when a kind is named twice.
 */
export function parseWishes(words: readonly string[], catalogue: Catalogue): Wishes {
  const wishes: Partial<Record<MirrorKind, Wish>> = {};
  for (const word of words) {
    const [, prefix, text = word] = /^(registry|packages)=(.*)$/s.exec(word) ?? [];
    const only = kinds.filter((kind) => prefix === undefined || prefix === kind);
    for (const [kind, wish] of wishesOf(text, only, catalogue)) {
      if (wishes[kind] !== undefined) throw twice(kind);
      wishes[kind] = wish;
    }
  }
  return wishes;
}

function wishesOf(
  text: string,
  only: readonly MirrorKind[],
  catalogue: Catalogue,
): readonly (readonly [MirrorKind, Wish])[] {
  if (text === 'auto' || text === upstreamName) {
    return only.map((kind) => [kind, { kind: text }]);
  }
  const known = catalogue.mirrors.filter(
    (mirror) =>
      only.includes(mirror.kind) && (mirror.name === text || mirror.host === hostOf(text)),
  );
  const isUrl = /^https?:\/\/[^/]/.test(text) && URL.canParse(text);
  const sought = known.length > 0 ? known.map(({ kind }) => kind) : only;
  if (isUrl) {
    const url = text.replace(/\/+$/, '');
    const certainty = sought.length === 1 ? 'sure' : 'perhaps';
    return sought.map((kind) => [kind, { kind: 'mirror', name: url, url, certainty }]);
  }
  if (known.length === 0) throw unknown(text, only, catalogue);
  const closed = known.find((mirror) => mirror.host.includes('{'));
  if (closed !== undefined && known.length === 1) throw notAskable(closed);
  return known
    .filter((mirror) => isAskable(mirror) || mirror.state.is === 'closed')
    .map((mirror) => [
      mirror.kind,
      { kind: 'mirror', name: mirror.name, url: urlOf(mirror), certainty: 'sure' },
    ]);
}

function hostOf(text: string): string | undefined {
  return URL.canParse(text) ? new URL(text).host : undefined;
}

function twice(kind: MirrorKind): BerthError {
  return new BerthError('USAGE', {
    message: m.wishTwice({ kind }),
    remedy: m.usageRemedy(),
  });
}

function unknown(name: string, only: readonly MirrorKind[], catalogue: Catalogue): BerthError {
  const names = catalogue.mirrors
    .filter(({ kind }) => only.includes(kind))
    .map((each) => each.name);
  const near = nearestName(name, names);
  return new BerthError('MIRROR_UNKNOWN', {
    message: m.unknown({ name, near: near ?? '' }),
    remedy: m.unknownRemedy(),
    details: { name, ...(near === undefined ? {} : { near }) },
  });
}

function notAskable({ name, host }: Catalogue['mirrors'][number]): BerthError {
  return new BerthError('MIRROR_UNKNOWN', {
    message: m.notAskable({ name, host }),
    remedy: m.notAskableRemedy(),
    details: { name },
  });
}
