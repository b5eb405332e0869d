import type { NamespaceHost } from './namespace-host.ts';

const patienceMs = 100_000;

/** Looks again and again until `look` gives something; between two looks others may work, for this machine may be busy. */
export async function patiently<T>(
  what: string,
  host: NamespaceHost,
  look: () => T | undefined,
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const seen = look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`waited in vain for: ${what}`);
    await host.start(['sleep', '0.05']).ended;
  }
}
