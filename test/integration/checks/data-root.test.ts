import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeTree } from '../../support/remove-tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync('/var/tmp/berth-test-root-');
});
afterEach(() => {
  const left = readdirSync(folder);
  removeTree(folder);
  expect(left).toEqual([]);
});

/** The overlay check's finding with a data root of this kind, in a mount namespace that ends with it. */
function overlayWith(prepare: string): unknown {
  const script = `set -e; ${prepare}; exec "$2" --disable-warning=ExperimentalWarning "$3" "$1"`;
  const printer = fileURLToPath(new URL('print-findings.ts', import.meta.url));
  const output = execFileSync(
    'unshare',
    ['--mount', 'sh', '-c', script, 'sh', folder, process.execPath, printer],
    { encoding: 'utf8' },
  );
  const findings = JSON.parse(output) as readonly { readonly id: string }[];
  return findings.find(({ id }) => id === 'fs.overlay');
}

describe('fs.overlay with a data root that', () => {
  it('is read-only: mount it for writing', () => {
    expect(overlayWith('mount -t tmpfs -o ro none "$1"')).toMatchObject({
      status: 'fail',
      details: { errno: 'EROFS' },
      remedy: expect.stringContaining('for writing') as string,
    });
  });

  it('is full from the start: free some space', () => {
    expect(overlayWith('mount -t tmpfs -o nr_inodes=1 none "$1"')).toMatchObject({
      status: 'fail',
      details: { errno: 'ENOSPC' },
      remedy: expect.stringContaining('Free some space') as string,
    });
  });

  it('fills up on the way: free some space', () => {
    expect(overlayWith('mount -t tmpfs -o nr_inodes=5 none "$1"')).toMatchObject({
      status: 'fail',
      details: { errno: 'ENOSPC', step: expect.stringMatching(/^make /) as string },
      remedy: expect.stringContaining('Free some space') as string,
    });
  });

  it('cannot hold an upper layer: another file system', () => {
    // An overlay is no upper layer for another one: what berth meets inside of a container.
    const overlay =
      'mount -t tmpfs none "$1"; cd "$1"; mkdir l u w m; mount -t overlay none -o lowerdir=l,upperdir=u,workdir=w m; mount --bind m "$1"';
    expect(overlayWith(overlay)).toMatchObject({
      status: 'fail',
      remedy: expect.stringContaining('another file system') as string,
    });
  });

  it('is a tmpfs with room: fine', () => {
    expect(overlayWith('mount -t tmpfs none "$1"')).toMatchObject({ status: 'pass' });
  });
});
