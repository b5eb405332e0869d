import { mirrorMessages as m } from '../../messages/areas/mirrors.ts';
import type { MirrorKind, Ranked } from './candidate.ts';
import type { Part, Reason, Standing } from './verdict.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** A kind of mirror in words. */
export function kindWord(kind: MirrorKind): string {
  return kind === 'registry' ? m.kindRegistry() : m.kindPackages();
}

/** How a mirror stands, in a word. */
export function standingWord(standing: Standing): string {
  const words: Readonly<Record<Standing, () => string>> = {
    good: m.standingGood,
    slow: m.standingSlow,
    behind: m.standingBehind,
    partial: m.standingPartial,
    limited: m.standingLimited,
    refused: m.standingRefused,
    silent: m.standingSilent,
    dead: m.standingDead,
    'no-mirror': m.standingNoMirror,
    wrong: m.standingWrong,
  };
  return words[standing]();
}

/** A part of what a mirror serves, in words. */
export function partWord(part: Part): string {
  const words: Readonly<Record<Part, () => string>> = {
    key: m.partKey,
    index: m.partIndex,
    'package-list': m.partPackageList,
    package: m.partPackage,
    registry: m.partRegistry,
    token: m.partToken,
    manifest: m.partManifest,
    blob: m.partBlob,
  };
  return words[part]();
}

/** Why a mirror stands as it does, in words; empty when it is good. */
export function whyOf({ verdict }: Pick<Ranked, 'verdict'>): string {
  return verdict.reason === undefined ? '' : reasonText(verdict.reason);
}

function reasonText(reason: Reason): string {
  switch (reason.is) {
    case 'unreachable':
      return m.whyUnreachable(reason);
    case 'silent':
      return m.whySilent({ part: partWord(reason.part) });
    case 'overtaken':
      return m.whyOvertaken({ part: partWord(reason.part) });
    case 'status':
      return m.whyStatus({ ...reason, part: partWord(reason.part) });
    case 'html':
      return m.whyHtml({ ...reason, part: partWord(reason.part) });
    case 'damaged':
      return m.whyDamaged({ ...reason, part: partWord(reason.part) });
    case 'unsigned':
      return m.whyUnsigned(reason);
    case 'bad-signature':
      return m.whyBadSignature(reason);
    case 'wrong-key':
      return m.whyWrongKey(reason);
    case 'expired':
      return m.whyExpired({ until: dayOf(reason.untilMs) });
    case 'digest':
      return m.whyDigest({ ...reason, part: partWord(reason.part) });
    case 'missing':
      return m.whyMissing(reason);
    case 'size':
      return m.whySize(reason);
    case 'older':
      return reason.byMs === 0
        ? m.whyOtherRelease()
        : m.whyOlder({ days: (reason.byMs / dayMs).toFixed(1) });
    case 'differs':
      return m.whyDiffers(reason);
    case 'cut-short':
      return m.whyCutShort({ part: partWord(reason.part) });
    case 'limited':
      return m.whyLimited({ after: reason.retryAfter ?? '' });
    case 'forbidden':
      return m.whyForbidden(reason);
    case 'allow-list':
      return m.whyAllowList(reason);
    case 'login':
      return m.whyLogin();
    case 'no-image':
      return m.whyNoImage(reason);
  }
}

/** A moment as people compare them: the day, in UTC. */
export function dayOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
