import type { NamespaceHost } from './namespace-host.ts';

const patienceMs = 60_000;

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
    if (Date.now() > deadline) {
      const running = host.processes().join('\n');
      throw new Error(
        `waited ${patienceMs} ms in vain for: ${what}; running on "${host.name}":\n${running}`,
      );
    }
    await host.start(['sleep', '0.05']).ended;
  }
}
