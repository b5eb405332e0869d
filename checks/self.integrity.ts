import { join, normalize } from 'node:path';
import { checkEngineMessages as m } from '../messages/areas/checks-engine.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';

/** Names of files that are shown; the rest are counted. */
const mostShown = 5;

/** Whether the bundle's files are as they were made. */
export const selfIntegrity: Check = {
  id: 'self.integrity',
  title: m.integrityTitle,
  group: 'engine',
  wanted: m.integrityWanted,
  why: m.integrityWhy,
  severity: 'fail',
  // It only reads: late, it has found nothing wrong so far.
  whenLate: 'warn',
  privilege: 'none',
  // A hundred megabytes on a slow disk.
  timeoutMs: 60_000,
  async probe({ files, program }): Promise<Outcome> {
    if (program.kind === 'source') return { status: 'skip', seen: m.integritySource() };
    if (program.justProven) return { status: 'pass', seen: m.integrityProven() };
    const path = join(program.root, 'manifest.json');
    const text = await files.readText(path);
    const remedy = m.integrityRemedy();
    if (text === undefined) {
      return { status: 'fail', seen: m.integrityNoManifest({ path }), remedy };
    }
    const digests = parseManifest(text);
    if (digests === undefined) {
      return { status: 'fail', seen: m.integrityBadManifest({ path }), remedy };
    }
    const bad = await findBad(files, { root: program.root, digests });
    if (bad.length === 0) {
      return { status: 'pass', seen: m.integrityGood({ count: digests.size }) };
    }
    const shown = bad.slice(0, mostShown).map(({ path, kind }) => describe[kind]({ path }));
    const more = bad.length - shown.length;
    const names = [...shown, ...(more > 0 ? [m.integrityMore({ count: more })] : [])].join(', ');
    return { status: 'fail', seen: m.integrityBad({ files: names }), remedy, details: { bad } };
  },
};

const describe = { missing: m.integrityMissing, changed: m.integrityChanged } as const;

interface BadFile {
  readonly path: string;
  readonly kind: keyof typeof describe;
}

/** One after the other: a disk reads no faster for being asked for many at once. */
async function findBad(
  files: CheckContext['files'],
  bundle: { readonly root: string; readonly digests: ReadonlyMap<string, string> },
): Promise<readonly BadFile[]> {
  const bad: BadFile[] = [];
  for (const [path, wanted] of bundle.digests) {
    const digest = await files.digest(join(bundle.root, path));
    if (digest === undefined) bad.push({ path, kind: 'missing' });
    else if (digest !== wanted) bad.push({ path, kind: 'changed' });
  }
  return bad;
}

/** `{files: {"path": "sha256:<hex>"}}`, paths inside the bundle; `undefined` for anything else. */
function parseManifest(text: string): ReadonlyMap<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('files' in value)) return undefined;
  const { files } = value;
  if (typeof files !== 'object' || files === null) return undefined;
  const entries: (readonly [string, string])[] = [];
  for (const [path, digest] of Object.entries(files)) {
    const inside = !path.startsWith('/') && !normalize(path).startsWith('..');
    if (!inside || !/^sha256:[0-9a-f]{64}$/.test(String(digest))) return undefined;
    entries.push([path, String(digest)]);
  }
  return entries.length === 0 ? undefined : new Map(entries);
}
