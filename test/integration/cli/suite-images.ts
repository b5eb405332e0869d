import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChecked } from '../../lab/run-command.ts';
import { ImageLayout } from '../../support/image-layout.ts';

const applets = ['sh', 'cat', 'echo', 'ls', 'sleep', 'true', 'touch'];

/** Writes a tree of the machine's static busybox. */
function writeTree(root: string): void {
  for (const folder of ['bin', 'etc', 'one', 'two'])
    mkdirSync(join(root, folder), { recursive: true });
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  for (const applet of applets) symlinkSync('busybox', join(root, 'bin', applet));
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
  writeFileSync(join(root, 'one/file'), 'of one\n');
  writeFileSync(join(root, 'two/file'), 'of two\n');
}

/**
 * Images that the suite works with, in an OCI layout: `one` and `two` share their first layer, `many` is an index of two
 * architectures.
 */
export async function writeSuiteImages(folder: string): Promise<string> {
  const root = join(folder, 'root');
  writeTree(root);
  const layout = new ImageLayout(join(folder, 'layout'));
  const base = await layout.addLayer(root, ['./bin', './etc']);
  const [one, two] = [
    await layout.addLayer(root, ['./one']),
    await layout.addLayer(root, ['./two']),
  ];
  const config = { Env: ['PATH=/bin'], Labels: { suite: 'images', part: 'one' } };
  layout.addImage('one', [base, one], { config, created: '2026-01-01T00:00:00Z' });
  layout.addImage('two', [base, two], {
    config: { Env: ['PATH=/bin'], Labels: { suite: 'images' } },
    created: '2026-02-02T00:00:00Z',
  });
  layout.addIndex('many', ['amd64', 'arm64'], [base, one]);
  return layout.folder;
}

/** Pushes images of a layout with skopeo, as `<registry>/suite/<name>:1`. */
export async function pushSuiteImages(
  layout: string,
  registry: string,
  options: readonly string[] = [],
): Promise<void> {
  for (const name of ['one', 'two', 'many']) {
    const plain = ['--insecure-policy', '--dest-tls-verify=false', '--preserve-digests', '--all'];
    const target = `docker://${registry}/suite/${name}:1`;
    await runChecked(['skopeo', 'copy', ...plain, ...options, `oci:${layout}:${name}`, target]);
  }
}
