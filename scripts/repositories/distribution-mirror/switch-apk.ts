import {
  distinctProbes,
  switchOf,
  type MirrorSwitch,
  type SwitchInput,
  type SwitchProbe,
} from './mirror-switch.ts';

/** Lines of /etc/apk/repositories: a tag perhaps, a server, the release and the repository (apk-repositories(5)). */
const line =
  /^(?<tag>@\S+\s+)?https?:\/\/(?<host>[^/\s]+)\/(?:\S*?\/)?alpine\/(?<rest>(?:v\d+\.\d+|edge|latest-stable)\/\w+)\/?\s*$/;
const officialHosts = /(^|\.)alpinelinux\.org$/;

/**
 * Switches Alpine.
 *
 * @param architecture As `apk --print-arch` says it.
 */
export function switchApk(input: SwitchInput, architecture: string): MirrorSwitch {
  const probes: SwitchProbe[] = [];
  const change = (whole: string): string => {
    const { tag = '', host = '', rest } = line.exec(whole)?.groups ?? {};
    const isOwn = officialHosts.test(host) || input.knownHosts.includes(host);
    if (rest === undefined || !isOwn) return whole;
    const target = `${input.base}/alpine/${rest}`;
    probes.push({ url: new URL(`${target}/${architecture}/APKINDEX.tar.gz`), proof: 'apk-index' });
    return tag + target;
  };
  const files = switchOf(input.texts, (_path, text) => text.split('\n').map(change).join('\n'));
  return { files, probes: distinctProbes(probes) };
}
