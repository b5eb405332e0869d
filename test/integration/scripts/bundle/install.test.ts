import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { snapshotTree } from '../support/temp-host.ts';
import { sharedBundle, type SharedBundle } from '../support/shared-bundle.ts';
import { until } from '../support/until.ts';
import { runScript, startScript, type ScriptEnd } from './run-in.ts';

let bundle: SharedBundle;
let version: string;
/** Stands for what is outside the bundle: /opt and /usr/local of a host of one's own, and a copy of the bundle. */
let host: string;

beforeAll(async () => {
  bundle = await sharedBundle();
  const manifest = await readFile(join(bundle.unpacked, 'manifest.json'), 'utf8');
  ({ version } = JSON.parse(manifest) as { version: string });
}, 240_000);
beforeEach(async () => {
  host = await mkdtemp(join(tmpdir(), 'berth-install-'));
  await runScript('mkdir "$1/opt" "$1/local"', [host]);
});
afterEach(() => rm(host, { recursive: true, force: true }));

/** The private folders, then `more`. */
const script = (more: string): string => `
mount --bind "$1/opt" /opt
mount --bind "$1/local" /usr/local
${more}`;

const install = (more = 'sh "$2/install.sh" --install-only'): Promise<ScriptEnd> =>
  runScript(script(more), [host, bundle.unpacked]);

/** Shows the bundle in /mnt: users without rights need not get to where the checkout is. */
const everybodyGetsTo = 'mount --bind "$2" /mnt; ';

const nothing = ['/ 40700 0:0'];
const state = (): Promise<readonly string[]> => snapshotTree(host, { contents: 'left' });

describe('install.sh', () => {
  test.each(['dash', 'bash', 'busybox ash'])('runs in %s', async (shell) => {
    const ended = await install(
      `${shell} "$2/install.sh" --install-only && /usr/local/bin/berth --version`,
    );
    expect(ended.output).toBe(`berth ${version} is in /opt/berth/${version}\n${version}\n`);
    const lines = await state();
    expect(lines).toContain('/opt/berth/current 120777 0:0 -> ' + version);
    expect(lines).toContain('/local/bin/berth 120777 0:0 -> /opt/berth/current/bin/berth');
    expect(lines.filter((line) => /\.(new|old|lock)/.test(line))).toEqual([]);
  });

  test('again changes nothing, and puts a damaged version right', async () => {
    await install();
    const first = await snapshotTree(host);
    expect((await install()).output).toContain('is installed already');
    expect(await snapshotTree(host)).toEqual(first);
    await writeFile(join(host, 'opt/berth', version, 'berth.js'), 'damaged');
    expect((await install()).output).not.toContain('is installed already');
    expect(await snapshotTree(host)).toEqual(first);
  });

  test('speaks Chinese where the locale is', async () => {
    const ended = await runScript(
      script('sh "$2/install.sh" --install-only'),
      [host, bundle.unpacked],
      { LANG: 'zh_CN.UTF-8' },
    );
    expect(ended.output).toBe(`berth ${version} 已安装到 /opt/berth/${version}\n`);
  });

  test('is for everyone to read, whatever the umask is', async () => {
    await install('umask 077; sh "$2/install.sh" --install-only');
    const modes = (await state()).filter((line) => line.startsWith('/opt/'));
    expect(modes).toContain('/opt/berth 40755 0:0');
    const closed = (line: string): boolean => !/ (100644|100755|40755|120777) /.test(line);
    expect(modes.filter(closed)).toEqual([]);
  });

  test('sees that a version is right without cmp(1), and leaves it alone', async () => {
    await install();
    const ended = await install(`
mkdir /usr/local/sbin; printf '#!/bin/sh\nexit 127\n' >/usr/local/sbin/cmp; chmod +x /usr/local/sbin/cmp
code=0; sh "$2/install.sh" --install-only || code=$?; rm -r /usr/local/sbin; exit $code`);
    expect(ended.output).toContain('is installed already');
  });

  test('loses nothing when the power goes after it', async () => {
    // The disk as it is at that moment, with what was noted down of the host after it (fsync(2)), in another file.
    const ended = await install(`
image="$1/disk"; truncate -s 900M "$image"; mkfs.ext4 -q -F "$image"; mount -o loop "$image" /opt
sh "$2/install.sh" --install-only >/dev/null
echo noted >/opt/journal; sync /opt/journal
cp --sparse=always "$image" "$1/copy"; umount /opt; mount -o loop "$1/copy" /opt
cd /opt/berth/current && sha256sum --quiet -c SHA256SUMS && readlink /usr/local/bin/berth; cd /; umount /opt; rm "$image" "$1/copy"`);
    expect(ended.output).toBe('/opt/berth/current/bin/berth\n');
  });

  test('with --json leaves standard output to "berth up"', async () => {
    const quiet = await install('sh "$2/install.sh" --install-only --json 2>/dev/null');
    expect(quiet).toEqual({ exitCode: 0, output: '' });
  });

  test('leaves a command of that name as it is', async () => {
    const ended = await install(
      'mkdir /usr/local/bin; echo mine >/usr/local/bin/berth; sh "$2/install.sh" --install-only',
    );
    expect(ended.output).toContain('"/usr/local/bin/berth" is there already and stays as it is');
    expect(await readFile(join(host, 'local/bin/berth'), 'utf8')).toBe('mine\n');
    expect(ended.exitCode).toBe(0);
  });
});

describe('install.sh with options of "berth up"', () => {
  const untouched = [...nothing, '/local 40755 0:0', '/opt 40755 0:0'];

  test.each([
    ['--no-such-option', /^berth: USAGE: .*no-such-option/m],
    ['--install-only --no-such-option', /^berth: USAGE: .*no-such-option/m],
    ['--data-root relative', /^berth: USAGE: .*--data-root/m],
    ['--data-root /etc', /^berth: USAGE: .*--data-root/m],
    ['--plan x --data-root /x', /^berth: USAGE: .*--plan/m],
    ['--plan /no-such-plan', /^berth: PLAN_INVALID: /m],
    ['--skip no-such-check=because', /^berth: CHECK_UNKNOWN: /m],
    ['--mirror no-such-mirror', /^berth: MIRROR_UNKNOWN: /m],
  ])('refuses %s before it installs', async (options, says) => {
    const { exitCode, output } = await install(`sh "$2/install.sh" ${options}`);
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(says);
    expect(output).not.toContain('does not start');
    expect(await state()).toEqual(untouched);
  });

  test('refuses them where it is installed already, and changes nothing', async () => {
    await install();
    await install(`ln -sfn other /opt/berth/current`);
    const before = await state();
    const { exitCode } = await install('sh "$2/install.sh" --no-such-option');
    expect(exitCode).toBe(2);
    expect(await state()).toEqual(before);
  });

  test('refuses them as JSON, too', async () => {
    const ended = await install('sh "$2/install.sh" --json --no-such-option 2>/dev/null');
    expect(ended.exitCode).toBe(2);
    expect(JSON.parse(ended.output)).toMatchObject({ error: { code: 'USAGE' } });
    expect(await state()).toEqual(untouched);
  });

  test('shows them, to everyone', async () => {
    const shown = await install(
      `${everybodyGetsTo}setpriv --reuid 1000 --clear-groups sh /mnt/install.sh --help`,
    );
    expect(shown.exitCode).toBe(0);
    expect(shown.output).toContain('--data-root <path>');
    expect(await state()).toEqual(untouched);
  });
});

describe('install.sh that cannot', () => {
  const expectNothingDone = async (ended: ScriptEnd, message: RegExp): Promise<void> => {
    expect(ended.output).toMatch(message);
    expect(ended.output).toMatch(/^ {2}remedy: /m);
    expect(ended.exitCode).toBe(1);
    expect(await state()).toEqual([...nothing, '/local 40755 0:0', '/opt 40755 0:0']);
  };

  test('trust a file names it', async () => {
    const ended = await install(`
cp -R "$2" "$1/../bundle-$$" && mv "$1/../bundle-$$" /run/berth-test-$$ 2>/dev/null || cp -R "$2" /run/berth-test-$$
rm -rf "$1/../bundle-$$"
trap 'rm -rf /run/berth-test-$$' EXIT
printf x >>/run/berth-test-$$/berth.js
sh /run/berth-test-$$/install.sh --install-only`);
    await expectNothingDone(ended, /^berth: BUNDLE_CORRUPT: .*berth\.js.*nothing was installed$/m);
  });

  test('be root says so as JSON on standard output, where that is asked for', async () => {
    const ended = await install(
      `${everybodyGetsTo}setpriv --reuid 65534 --regid 65534 --clear-groups sh /mnt/install.sh --yes --json 2>/dev/null`,
    );
    expect(JSON.parse(ended.output)).toEqual({
      error: {
        code: 'NOT_ROOT',
        message:
          'install.sh was run by user id "65534"; wanted root (0), because it changes the host',
        remedy: 'run it with sudo: sudo sh install.sh',
      },
    });
    expect(ended.exitCode).toBe(1);
  });

  test('find a file says so', async () => {
    const ended = await install(
      'cp "$2/install.sh" "$1/local/install.sh"; mv "$1/local/install.sh" /tmp/i-$$.sh; code=0; sh /tmp/i-$$.sh || code=$?; rm /tmp/i-$$.sh; exit $code',
    );
    await expectNothingDone(ended, /^berth: BUNDLE_CORRUPT: "SHA256SUMS" is missing/m);
  });

  test('be root says so', async () => {
    const ended = await install(
      `${everybodyGetsTo}setpriv --reuid 65534 --regid 65534 --clear-groups sh /mnt/install.sh`,
    );
    await expectNothingDone(ended, /^berth: NOT_ROOT: .*"65534"/m);
  });

  test.each(['--install-only --dry-run', '--dry-run --install-only'])(
    'do two things at once says so: %s',
    async (options) => {
      const ended = await install(`sh "$2/install.sh" ${options}`);
      await expectNothingDone(ended, /^berth: USAGE: "--install-only" and "--dry-run"/m);
    },
  );

  test('run on this processor says so', async () => {
    const ended = await install(
      'mkdir /usr/local/sbin; printf "#!/bin/sh\\necho riscv64\\n" >/usr/local/sbin/uname; chmod +x /usr/local/sbin/uname; code=0; sh "$2/install.sh" || code=$?; rm -r /usr/local/sbin; exit $code',
    );
    await expectNothingDone(ended, /^berth: BUNDLE_ARCH_UNAVAILABLE: .*"riscv64"/m);
  });

  test('find room says how much it needs', async () => {
    const ended = await install(
      'mount -t tmpfs -o size=30m small /opt; code=0; sh "$2/install.sh" || code=$?; ls -A /opt; exit $code',
    );
    await expectNothingDone(
      ended,
      /^berth: BUNDLE_NOT_INSTALLED: .*\d+ MiB free; wanted \d+ MiB; nothing was installed$/m,
    );
    expect(ended.output).toMatch(/remedy:.*\n$/);
  });

  test('write to the end leaves nothing', async () => {
    // A df(1) that promises what the disk does not keep.
    const ended = await install(`
mount -t tmpfs -o size=30m small /opt; mkdir /usr/local/sbin
printf '#!/bin/sh\\necho\\necho x 1 1 99999999 1 /opt\\n' >/usr/local/sbin/df; chmod +x /usr/local/sbin/df
code=0; sh "$2/install.sh" || code=$?; rm -r /usr/local/sbin; echo "left: $(ls -A /opt)"; exit $code`);
    await expectNothingDone(ended, /^berth: BUNDLE_NOT_INSTALLED: ".*" cannot be written/m);
    expect(ended.output).toMatch(/^left: $/m);
  });

  test('execute programs there says so', async () => {
    const ended = await install(
      'mount -t tmpfs -o noexec,size=400m no /opt; code=0; sh "$2/install.sh" || code=$?; echo "left: $(ls -A /opt)"; exit $code',
    );
    await expectNothingDone(ended, /^berth: BUNDLE_NOT_INSTALLED: berth does not start from/m);
    expect(ended.output).toMatch(/^left: $/m);
  });
});

describe('install.sh under way', () => {
  /** Stops in cp(1), until it is told to go on, and says where. */
  const paused = `
mkdir /usr/local/sbin
cat >/usr/local/sbin/cp <<'X'
#!/bin/sh
/bin/cp "$@"
echo copied
while [ ! -e /usr/local/go-on ]; do sleep 0.05; done
X
chmod +x /usr/local/sbin/cp
code=0; sh "$2/install.sh" --install-only || code=$?
rm -rf /usr/local/sbin /usr/local/go-on
exit $code`;
  const staging = (): Promise<unknown> =>
    until('the staging folder', async () =>
      (await state()).find((line) => /\.new-\d+\/bin\/node /.test(line)),
    );

  test('keeps another one off', async () => {
    const first = startScript(script(paused), [host, bundle.unpacked]);
    await staging();
    const second = await install();
    expect(second.output).toMatch(
      /^berth: UP_RUNNING: another install\.sh, process \d+, is at work/m,
    );
    expect(second.exitCode).toBe(1);
    await writeFile(join(host, 'local/go-on'), '');
    expect((await first.ended).exitCode).toBe(0);
    expect(await state()).toContain('/opt/berth/current 120777 0:0 -> ' + version);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('leaves nothing after %s', async (signal) => {
    const first = startScript(script(paused), [host, bundle.unpacked]);
    await staging();
    first.kill(signal);
    await writeFile(join(host, 'local/go-on'), '');
    await first.ended;
    expect((await state()).filter((line) => line.startsWith('/opt'))).toEqual(['/opt 40755 0:0']);
  });

  test('is cleared away by the next one after SIGKILL', async () => {
    const first = startScript(script(paused), [host, bundle.unpacked]);
    await staging();
    first.kill('SIGKILL');
    await first.ended;
    await runScript('rm -rf "$1/local/sbin"', [host]);
    expect((await install()).exitCode).toBe(0);
    const lines = await state();
    expect(lines.filter((line) => /\.(new|old|lock)/.test(line))).toEqual([]);
    expect(lines).toContain('/opt/berth/current 120777 0:0 -> ' + version);
  });
});
