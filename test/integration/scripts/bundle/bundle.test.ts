import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyboxRoot, copyCheckout, makeTestBundle, type TestBundle } from './make-test-bundle.ts';
import { runScript } from './run-in.ts';

const checkouts: { readonly root: string; remove(): Promise<void> }[] = [];
const bundles: TestBundle[] = [];
let bundle: TestBundle;

beforeAll(async () => {
  // One after the other: this checkout may be edited while its bundle is made.
  const first = await copyCheckout();
  checkouts.push(first, await copyCheckout(first.root));
  bundle = await makeTestBundle(checkouts[0]?.root ?? '');
  bundles.push(bundle);
}, 240_000);

afterAll(async () => {
  for (const each of [...checkouts, ...bundles]) await each.remove();
});

/** Mounts what a program needs, and goes into the root folder `$1`. */
const enter = `
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
exec chroot "$1" /bin/sh -c "$2"
`;

describe('a bundle', () => {
  test('has the same bytes wherever, whenever and by whomever it is made', async () => {
    const [first, other] = checkouts.map(({ root }) => root);
    const again = await makeTestBundle(other ?? '', {
      env: { LANG: 'zh_CN.UTF-8', TZ: 'Asia/Shanghai', HOME: '/nonexistent', UNRELATED: 'x' },
    });
    bundles.push(again);
    expect(other).not.toBe(first);
    expect(again.digest).toBe(bundle.digest);
  }, 240_000);

  test('installs and runs where there is nothing but busybox, and packs itself again to the same bytes', async () => {
    const root = await busyboxRoot();
    try {
      const script = [
        'cd /root && tar xzf bundle.tar.gz && cd berth-*',
        // Of the file with all of berth that loads nothing: engines wait for it at every container.
        'mv berth.js away && bin/berth-oci --version && bin/berth oci --version && mv away berth.js',
        'sh install.sh --install-only && /usr/local/bin/berth --version',
        // What follows the script in it is the archive.
        '/usr/local/bin/berth bundle -o /root/berth.run',
        `head=$(grep -n -m 1 '^exit "' /root/berth.run | cut -d : -f 1)`,
        'tail -n +$((head + 1)) /root/berth.run | sha256sum',
        'sh install.sh --install-only && rm -r /opt/berth',
        'sh /root/berth.run --install-only && ls /tmp',
      ].join(' && ');
      const ended = await runScript(`cp "$3" "$1/root/bundle.tar.gz"\n${enter}`, [
        ...[root, script, bundle.archive],
      ]);
      expect(ended.output).toMatch(/^berth (\d\S+) is in \/opt\/berth\/\1$/m);
      expect(ended.output).toMatch(/^\d+\.\d+\.\d+$/m);
      expect(ended.output).toMatch(/^berth-oci version \d[^]*^berth oci version \d/m);
      expect(ended.output).toContain(bundle.digest.slice('sha256:'.length));
      expect(ended.output).toContain('is installed already');
      expect(ended.exitCode).toBe(0);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }, 120_000);

  test('uses no loader and library of the host, in its place and elsewhere', async () => {
    const root = await busyboxRoot();
    try {
      // An old or broken C library: whoever loads it ends at once.
      const libraries = `
mkdir -p "$1/lib64" "$1/lib/x86_64-linux-gnu" "$1/lib/aarch64-linux-gnu" "$1/opt/berth"
for name in libc.so.6 libm.so.6 libstdc++.so.6 libgcc_s.so.1 libatomic.so.1 libpthread.so.0 libdl.so.2; do
  for folder in lib64 lib lib/x86_64-linux-gnu lib/aarch64-linux-gnu; do echo broken >"$1/$folder/$name"; done
done
echo broken >"$1/lib64/ld-linux-x86-64.so.2"
cp -R "$3" "$1/root/elsewhere"
`;
      const script =
        '/root/elsewhere/bin/berth --version && sh /root/elsewhere/install.sh --install-only && berth --version && LD_LIBRARY_PATH=/lib64 berth --version';
      const ended = await runScript(`${libraries}${enter}`, [root, script, bundle.unpacked], {
        PATH: '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      });
      expect(ended.output.match(/^\d+\.\d+\.\d+$/gm)).toHaveLength(3);
      expect(ended.exitCode).toBe(0);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }, 120_000);

  test('for AArch64 starts under emulation, with what was compiled for it', async () => {
    const arm = await makeTestBundle(checkouts[0]?.root ?? '', { args: ['--arch', 'arm64'] });
    bundles.push(arm);
    const root = await busyboxRoot();
    try {
      const script = `
mkdir -p "$1/opt/berth"
version=$(sed -n "s/^version='\\(.*\\)'/\\1/p" "$2/install.sh")
cp -R "$2" "$1/opt/berth/$version"
cp "$(command -v qemu-aarch64-static)" "$1/qemu"
mount -t proc proc "$1/proc"
node="/opt/berth/$version/bin/node --disable-warning=ExperimentalWarning --max-semi-space-size=1"
# In one process: the emulated one takes seconds to start.
text="
console.log(process.arch + ' ' + ['berth', 'oci'].map(require('/opt/berth/$version/start.js').cacheState));
require('/opt/berth/$version/start/berth');"
chroot "$1" /qemu $node --eval "$text" berth --version
`;
      const ended = await runScript(script, [root, arm.unpacked]);
      expect(ended.output).toMatch(/^arm64 used,used\n\d+\.\d+\.\d+\n$/);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }, 300_000);
});
