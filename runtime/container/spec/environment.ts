/** Where programs are looked for when neither image nor client says so. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function nameOf(variable: string): string {
  return variable.split('=', 1)[0] ?? variable;
}

/** `base` with the variables of `overrides` put in the place of those with the same name, or behind them. */
export function mergeEnvironment(
  base: readonly string[],
  overrides: readonly string[],
): readonly string[] {
  const merged = new Map(base.map((variable) => [nameOf(variable), variable]));
  for (const variable of overrides) {
    // A name without "=" takes the variable away (docker run -e NAME of an unset variable).
    if (variable.includes('=')) merged.set(nameOf(variable), variable);
    else merged.delete(variable);
  }
  return [...merged.values()];
}

/** What decides about a program's environment. */
export interface EnvironmentSource {
  readonly hostname: string;
  readonly terminal: 'none' | 'terminal';
  readonly home: string;
  /** What tells of containers that it is linked to; absent: nothing. */
  readonly linked?: readonly string[] | undefined;
  /** The image's and the client's variables, merged. */
  readonly configured: readonly string[];
}

/** The environment that Docker gives a program. */
export function programEnvironment(source: EnvironmentSource): readonly string[] {
  const base = [
    `PATH=${defaultPath}`,
    `HOSTNAME=${source.hostname}`,
    ...(source.terminal === 'terminal' ? ['TERM=xterm'] : []),
    ...(source.linked ?? []),
  ];
  const merged = mergeEnvironment(base, source.configured);
  const hasHome = merged.some((variable) => variable.startsWith('HOME=') && variable !== 'HOME=');
  return hasHome ? merged : mergeEnvironment(merged, [`HOME=${source.home}`]);
}
