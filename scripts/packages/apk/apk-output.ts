/** Packages and versions in apk's database of installed packages (apk-package(5): `P:` name, `V:` version). */
export function parseInstalled(database: string): ReadonlyMap<string, string> {
  const installed = new Map<string, string>();
  for (const entry of database.split(/\n\n+/)) {
    const name = /^P:(.+)$/m.exec(entry)?.[1];
    const version = /^V:(.+)$/m.exec(entry)?.[1];
    if (name !== undefined && version !== undefined) installed.set(name, version);
  }
  return installed;
}

/** What a simulated run of apk(8) would do. */
export interface ApkSimulation {
  readonly installed: readonly string[];
  readonly changed: readonly { readonly name: string; readonly from: string }[];
  readonly removed: readonly string[];
}

/** Reads lines such as `(1/2) Installing berth (1.0-r0)` and `(1/1) Upgrading berth (1.0-r0 -> 1.1-r0)`. */
export function parseSimulation(output: string): ApkSimulation {
  const found = { installed: [] as string[], changed: [] as { name: string; from: string }[] };
  const removed: string[] = [];
  for (const line of output.split('\n')) {
    const match = /^\(\s*\d+\/\d+\) (\w+) (\S+) \((\S+?)(?: -> \S+)?\)/.exec(line);
    if (match === null) continue;
    const [, verb, name = '', from = ''] = match;
    if (verb === 'Installing') found.installed.push(name);
    else if (verb === 'Purging') removed.push(name);
    else found.changed.push({ name, from });
  }
  return { ...found, removed };
}

/** Who needs packages that were to go: lines such as `  libfoo: bar baz` below a sentence that says so. */
export function parseNeeded(output: string): readonly string[] {
  return output.split('\n').flatMap((line) => {
    const names = /^ {2}[^\s:]+: (.+)$/.exec(line)?.[1];
    return names === undefined ? [] : names.trim().split(/\s+/);
  });
}

/** Versions in the output of `apk policy`: indented by two, the places that have them by four. */
export function parsePolicy(output: string): readonly string[] {
  const versions: string[] = [];
  let version: string | undefined;
  for (const line of output.split('\n')) {
    version = /^ {2}(\S+):$/.exec(line)?.[1] ?? version;
    // What only the database of installed packages has cannot be installed again.
    const available = /^ {4}(?:@\S+ )?(?:\/|[a-z]+:\/\/)/.test(line);
    if (available && version !== undefined) versions.push(version);
  }
  return versions;
}

/** Packages that /etc/apk/world pins to a version (`name=version`). */
export function parsePinned(world: string): readonly string[] {
  return world.split(/\s+/).flatMap((entry) => {
    const name = /^([^=<>~@]+)=/.exec(entry)?.[1];
    return name === undefined ? [] : [name];
  });
}
