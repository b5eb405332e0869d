import { switchOf, type MirrorSwitch, type SwitchInput } from './mirror-switch.ts';

const server = /^\s*Server\s*=/;

/**
 * Switches Arch: its mirrorlist is a file of nothing but servers (pacman.conf(5)). The mirror comes first, and the
 * others become comments.
 *
 * @param architecture As `uname -m` says it: Arch for ARM is another distribution with other folders.
 */
export function switchPacman(input: SwitchInput, architecture: string): MirrorSwitch {
  const isArm = architecture === 'aarch64';
  const path = isArm ? 'archlinuxarm/$arch/$repo' : 'archlinux/$repo/os/$arch';
  const mine = `Server = ${input.base}/${path}`;
  const index = path.replace('$arch', architecture).replace('$repo', 'core');
  const files = switchOf(input.texts, (_path, text) => {
    const lines = text.split('\n');
    const first = lines.findIndex((each) => server.test(each));
    if (first < 0 || lines.filter((each) => server.test(each)).join() === mine) return text;
    const others = lines.map((each) => (server.test(each) ? `#${each}` : each));
    return [...others.slice(0, first), mine, ...others.slice(first)].join('\n');
  });
  return { files, probes: [{ url: new URL(`${input.base}/${index}/core.db`), proof: 'file' }] };
}
