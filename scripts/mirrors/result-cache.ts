import { z } from 'zod';
import { exists, readTextIfExists, writeFileWhole } from '../../runtime/host/files.ts';
import { places } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Ranked } from './candidate.ts';
import { verdictSchema } from './verdict.ts';

/**
 * Where results are kept. In the run folder, which `berth down` removes with all that is in it, and a reboot too: a host
 * that starts elsewhere has other mirrors near it. Before `berth up` there is no such folder, and nothing is kept.
 */
export const resultsPath = `${places.runFolder}/mirrors.json`;

/** Results that are older say nothing of today's network, in milliseconds. */
export const resultsHoldMs = 60 * 60 * 1000;

const resultSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(['packages', 'registry']),
  url: z.string(),
  role: z.enum(['mirror', 'upstream']),
  verdict: verdictSchema,
  testedAtMs: z.number(),
});

const fileSchema = z.strictObject({
  version: z.literal(1),
  results: z.array(resultSchema),
});

/** What was found out lately, in the order of the last ranking. A file that cannot be read costs no more than a new test. */
export async function readResults(host: ProvisionHost, nowMs: number): Promise<readonly Ranked[]> {
  const text = await readTextIfExists(host.path(resultsPath)).catch(() => undefined);
  if (text === undefined) return [];
  const parsed = fileSchema.safeParse(jsonOf(text));
  if (!parsed.success) return [];
  return parsed.data.results
    .filter(({ testedAtMs }) => testedAtMs <= nowMs && nowMs - testedAtMs < resultsHoldMs)
    .map(({ verdict, ...rest }) => ({ ...rest, verdict: withoutAbsent(verdict) }));
}

/** Keeps the results of a kind that was ranked; those of the other kind stay. Where it cannot be written, nothing is kept. */
export async function writeResults(
  host: ProvisionHost,
  results: readonly Ranked[],
  nowMs: number,
): Promise<void> {
  if (!(await exists(host.path(places.runFolder)))) return;
  const kinds = new Set(results.map(({ kind }) => kind));
  const others = (await readResults(host, nowMs)).filter(({ kind }) => !kinds.has(kind));
  const text = `${JSON.stringify({ version: 1, results: [...others, ...results] }, undefined, 1)}\n`;
  const options = { mode: 0o644, durability: 'memory' } as const;
  // Only root may; anybody may test mirrors.
  await writeFileWhole(host.path(resultsPath), text, options).catch(() => undefined);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // As good as no file, and the schema says so.
    return undefined;
  }
}

type Parsed = z.infer<typeof verdictSchema>;

/** zod's optional keys may be there without a value, and those of the verdict may not. */
function withoutAbsent(verdict: Parsed): Ranked['verdict'] {
  return Object.fromEntries(
    Object.entries(verdict).filter(([, value]) => value !== undefined),
  ) as Parsed;
}
