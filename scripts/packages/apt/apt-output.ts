import type { InstallationPreview } from '../package-manager.ts';

/** A line such as `Inst kmod [29-1] (30+20221128-1 Debian:12.11/stable [amd64])` of a simulated run. */
interface SimulatedAction {
  readonly verb: string;
  readonly name: string;
  /** What is installed now. */
  readonly from: string | undefined;
}

function actions(simulation: string): readonly SimulatedAction[] {
  return simulation.split('\n').flatMap((line) => {
    const match = /^(Inst|Remv|Purg) (\S+)(?: \[([^\]]+)\])?/.exec(line);
    return match === null ? [] : [{ verb: match[1] ?? '', name: match[2] ?? '', from: match[3] }];
  });
}

/** Names that a simulated run of apt-get(8) would remove. */
export function removedBy(simulation: string): readonly string[] {
  const removed = actions(simulation).filter(({ verb }) => verb !== 'Inst');
  return removed.map(({ name }) => name);
}

/** What a simulated run of apt-get(8) would install or bring to another version. */
export function previewOf(simulation: string): InstallationPreview {
  const installed = actions(simulation).filter(({ verb }) => verb === 'Inst');
  return {
    added: installed.flatMap(({ name, from }) => (from === undefined ? [name] : [])),
    changed: installed.flatMap(({ name, from }) => (from === undefined ? [] : [{ name, from }])),
  };
}

/** A package as dpkg-query(1) knows it. */
export interface DpkgState {
  /** `installed`, `config-files`, `half-configured`, `unpacked`, `not-installed` ... */
  readonly status: string;
  readonly version: string;
  /** Killed while it was unpacked: neither installed nor removed before that is put right (dpkg(1), "reinst-required"). */
  readonly isBroken: boolean;
}

/** The format of `parseDpkgStates` for dpkg-query(1). */
export const dpkgFormat = '${Package} ${db:Status-Status} ${Version} ${db:Status-Eflag}\\n';

/** Packages by name. One that is there for two architectures counts with its better state. */
export function parseDpkgStates(list: string): ReadonlyMap<string, DpkgState> {
  const states = new Map<string, DpkgState>();
  for (const line of list.split('\n')) {
    const [name, status, version = '', flag] = line.split(' ');
    if (name === undefined || status === undefined) continue;
    const state = { status, version, isBroken: flag === 'reinstreq' };
    if (states.get(name)?.status !== 'installed') states.set(name, state);
  }
  return states;
}

/** Versions in the output of `apt-cache madison`; sources are not packages. */
export function parseMadison(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const [, version, source] = line.split('|').map((column) => column.trim());
    return version !== undefined && source?.endsWith(' Packages') === true ? [version] : [];
  });
}
