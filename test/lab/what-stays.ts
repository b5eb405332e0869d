import type { Difference, difference } from './host-state.ts';

/** Modules that the kernel loads by itself, so that a reboot may be without them. */
const modules = [
  // When something is mounted, a link or a rule is made, as the checks do.
  /^(?:llc|overlay|stp|veth|bridge|nf_\w+|nft_\w+|nfnetlink|libcrc32c|x_tables|xt_\w+|ip6?_tables|ip6?table_\w+)$/,
  // When somebody lists sockets, as `berth report` does.
  /^(?:inet|tcp|udp)_diag$/,
];

/** What the first command and the kernel bring that `down` does not take away. */
const stays = [
  // A source checkout runs on the Node.js that needs this library; a bundle has it with it.
  /\blibatomic/,
  ...modules,
];

/** What of a difference `berth down` should have taken away. */
export function withoutWhatStays(
  changes: ReturnType<typeof difference>,
): Readonly<Record<string, Difference>> {
  const left = Object.entries(changes).map(([subject, { gone, added }]) => {
    const without = (lines: readonly string[], patterns: readonly RegExp[]): string[] =>
      lines.filter((line) => !patterns.some((pattern) => pattern.test(line)));
    const kept = { gone: without(gone, modules), added: without(added, stays) };
    return [subject, kept] as const;
  });
  return Object.fromEntries(left.filter(([, { gone, added }]) => gone.length + added.length > 0));
}
