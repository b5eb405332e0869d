import { isAtLeast } from '../http/api-version.ts';

type Info = Readonly<Record<string, unknown>>;

/** What `GET /info` says, as clients of an API version know it. */
export function infoForVersion(info: Info, version: string): Info {
  const { FirewallBackend, ...rest } = info;
  return {
    ...rest,
    // Always false in its last versions: what filters within a bridge is loaded when a network needs it.
    ...(isAtLeast(version, '1.50') ? {} : { BridgeNfIptables: false, BridgeNfIp6tables: false }),
    ...(isAtLeast(version, '1.49') && FirewallBackend !== undefined ? { FirewallBackend } : {}),
    ...(isAtLeast(version, '1.49') ? {} : expectedCommits(info)),
    ...(isAtLeast(version, '1.25') ? {} : { SecurityOptions: namesOnly(info) }),
  };
}

function expectedCommits(info: Info): Info {
  const names = ['ContainerdCommit', 'RuncCommit', 'InitCommit'];
  return Object.fromEntries(
    names.map((name) => {
      const { ID } = info[name] as { readonly ID: string };
      return [name, { ID, Expected: ID }];
    }),
  );
}

/** `seccomp` of `name=seccomp,profile=builtin`. */
function namesOnly({ SecurityOptions }: Info): readonly string[] {
  return (SecurityOptions as readonly string[]).map((option) =>
    option.replace(/^name=([^,]*).*$/, '$1'),
  );
}
