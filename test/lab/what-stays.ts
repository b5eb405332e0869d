import type { Difference, difference } from './host-state.ts';

/** What the first command and the kernel bring that `down` does not take away. */
const stays = [
  // A source checkout runs on the Node.js that needs this library; a bundle has it with it.
  /\blibatomic/,
  // The kernel loads these by itself when something is mounted, a link or a rule is made, as the checks do.
  /^(?:llc|overlay|stp|veth|bridge|nf_\w+|nft_\w+|nfnetlink|libcrc32c|x_tables|xt_\w+|ip6?_tables|ip6?table_\w+)$/,
  // And these when somebody lists sockets, as `berth report` does.
  /^(?:inet|tcp|udp)_diag$/,
];

/** What of a difference `berth down` should have taken away. */
export function withoutWhatStays(
  changes: ReturnType<typeof difference>,
): Readonly<Record<string, Difference>> {
  const left = Object.entries(changes).map(([subject, { gone, added }]) => {
    const kept = added.filter((line) => !stays.some((pattern) => pattern.test(line)));
    return [subject, { gone, added: kept }] as const;
  });
  return Object.fromEntries(left.filter(([, { gone, added }]) => gone.length + added.length > 0));
}
