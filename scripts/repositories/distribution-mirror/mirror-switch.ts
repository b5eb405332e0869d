import type { Distribution } from '../distribution.ts';

/** What a switch is computed from. Everything here is text: the switch is a pure function of it. */
export interface SwitchInput {
  /** Files that name repositories, with their present texts. */
  readonly texts: ReadonlyMap<string, string>;
  /** URL of the mirror, without a slash at the end: what the distributions' folders (`/debian`, `/fedora` ...) lie below. */
  readonly base: string;
  readonly distribution: Distribution;
  /** Servers that are known as mirrors: entries that name one are the distribution's as well. */
  readonly knownHosts: readonly string[];
}

/** Something that must be there before the host is switched. */
export interface SwitchProbe {
  readonly url: URL;
  /**
   * `signed-release`: an InRelease signed by a key that the host's apt trusts; `repomd`: an index of rpm packages;
   * `apk-index`: an index signed with a key of /etc/apk/keys; `file`: anything.
   */
  readonly proof: 'signed-release' | 'repomd' | 'apk-index' | 'file';
}

/** The files that change, with their new texts, and what to look at first. */
export interface MirrorSwitch {
  readonly files: readonly { readonly path: string; readonly content: string }[];
  readonly probes: readonly SwitchProbe[];
}

/** Collects a switch file by file: a text that stays as it is is not part of it. */
export function switchOf(
  texts: ReadonlyMap<string, string>,
  change: (path: string, text: string) => string,
): MirrorSwitch['files'] {
  return [...texts].flatMap(([path, text]) => {
    const content = change(path, text);
    return content === text ? [] : [{ path, content }];
  });
}

/** Probes without repetitions, in order. */
export function distinctProbes(probes: readonly SwitchProbe[]): readonly SwitchProbe[] {
  return [...new Map(probes.map((probe) => [probe.url.href, probe])).values()];
}
