import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../lab/run-command.ts';

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

interface IndexEntry extends Descriptor {
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** A file that a later pull goes on with: digits of the digest, and a number. */
const resumable = /^[0-9a-f]{64}-\d+\.part$/;

/**
 * Looks at a data root while no import runs, without berth's own code: everything hashed, index.json followed, leftovers
 * looked for, and every image read by skopeo.
 *
 * @returns What is wrong
 */
export async function problemsOfStore(dataRoot: string): Promise<readonly string[]> {
  const layout = join(dataRoot, 'images');
  const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    readonly manifests: readonly IndexEntry[];
  };
  return [
    ...wrongBlobs(layout),
    ...index.manifests.flatMap((entry) => missingOf(layout, entry)),
    ...leftovers(layout, dataRoot),
    ...(await unreadable(layout, index.manifests)),
  ];
}

function wrongBlobs(layout: string): readonly string[] {
  const folder = join(layout, 'blobs/sha256');
  return readdirSync(folder)
    .filter(
      (name) =>
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex') !== name,
    )
    .map((name) => `blob ${name} has other bytes`);
}

function missingOf(layout: string, entry: IndexEntry): readonly string[] {
  const absent = ({ digest, size }: Descriptor): boolean => {
    const path = join(layout, 'blobs', digest.replace(':', '/'));
    return !existsSync(path) || statSync(path).size !== size;
  };
  if (absent(entry)) return [`index.json names ${entry.digest}, which is not there`];
  const path = join(layout, 'blobs', entry.digest.replace(':', '/'));
  const { config, layers } = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  return [config, ...layers]
    .filter(absent)
    .map(({ digest }) => `${entry.digest} names ${digest}, which is not there`);
}

function leftovers(layout: string, dataRoot: string): readonly string[] {
  const known = new Set(['blobs', 'index.json', 'ingest', 'oci-layout', 'reserve']);
  const strange = readdirSync(layout).filter((name) => !known.has(name));
  const ingest = readdirSync(join(layout, 'ingest')).filter((name) => !resumable.test(name));
  // What could be resumed is of no use once the blob is there.
  const needless = readdirSync(join(layout, 'ingest')).filter((name) =>
    existsSync(join(layout, 'blobs/sha256', name.slice(0, 64))),
  );
  const snapshots = readdirSync(join(dataRoot, 'snapshots'));
  const halfDone = snapshots.filter(
    (name) => !existsSync(join(dataRoot, 'snapshots', name, 'layer.json')),
  );
  return [
    ...strange.map((name) => `images/${name} has been left`),
    ...ingest.map((name) => `images/ingest/${name} has been left`),
    ...needless.map((name) => `images/ingest/${name} has been left, although the blob is there`),
    ...halfDone.map((name) => `snapshots/${name} is not whole`),
  ];
}

async function unreadable(
  layout: string,
  entries: readonly IndexEntry[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { annotations } of entries) {
    const name = annotations?.['org.opencontainers.image.ref.name'];
    // A name by digest is an entry like one by tag; reading one of them is enough.
    if (name === undefined || name.includes('@')) continue;
    const outcome = await runCommand(['skopeo', 'inspect', `oci:${layout}:${name}`]);
    if (outcome.exitCode !== 0) problems.push(`skopeo cannot read ${name}: ${outcome.stderr}`);
  }
  return problems;
}
