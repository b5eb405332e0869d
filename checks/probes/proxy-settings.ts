/** One of the variables that name proxies. */
export interface ProxyVariable {
  readonly name: 'HTTP_PROXY' | 'HTTPS_PROXY' | 'NO_PROXY';
  /** What holds: in capitals first, as in Go; empty when unset. */
  readonly value: string;
  readonly upper: string | undefined;
  readonly lower: string | undefined;
}

/** The three variables, whether set or not. */
export function proxySettings(
  environment: Readonly<Record<string, string | undefined>>,
): readonly ProxyVariable[] {
  return (['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'] as const).map((name) => {
    const set = (key: string): string | undefined => environment[key] || undefined;
    const [upper, lower] = [set(name), set(name.toLowerCase())];
    return { name, upper, lower, value: upper ?? lower ?? '' };
  });
}

/** The URL of a proxy, which people write without `http://`; `undefined` for what is none. */
export function parseProxy(value: string): URL | undefined {
  const url = URL.parse(value.includes('://') ? value : `http://${value}`);
  return url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '' ? url : undefined;
}
