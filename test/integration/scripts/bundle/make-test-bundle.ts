import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** What a checkout consists of, as far as a bundle is made of it. */
export const bundleParts: readonly string[] = [
  ...['checks', 'messages', 'runtime', 'scripts', 'templates'],
  ...['LICENSE', 'package.json', 'package-lock.json'],
];

/** A bundle that was made, in a folder of its own. */
export interface TestBundle {
  readonly archive: string;
  readonly digest: string;
  /** Folder where it is unpacked. */
  readonly unpacked: string;
  remove(): Promise<void>;
}

/** Copies a checkout; else this one. What is fetched for other processors is shared with this one. */
export async function copyCheckout(
  from = root,
): Promise<{ readonly root: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-checkout-'));
  // By programs: Node.js takes a second of processor time for some thousand files.
  execFileSync('cp', ['-R', ...bundleParts.map((part) => join(from, part)), folder]);
  await linkLibraries(folder);
  await mkdir(join(root, '.cache'), { recursive: true });
  await symlink(join(root, '.cache'), join(folder, '.cache'));
  return {
    root: folder,
    remove: async () => {
      await promisify(execFile)('rm', ['-rf', folder]);
    },
  };
}

/** The packages that berth itself is made of, as links: those for tests and checks are ten thousand files more. */
async function linkLibraries(folder: string): Promise<void> {
  const text = await readFile(join(root, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as {
    readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
  };
  const paths = Object.entries(packages)
    // A package of a package comes with it; one for another system is not there.
    .filter(([path, { dev }]) => dev !== true && /^node_modules\/(@[^/]+\/)?[^/]+$/.test(path))
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
  execFileSync('cp', ['-al', '--parents', ...paths, folder], { cwd: root });
}

/**
 * Makes a bundle with the command line of a checkout, in the given environment, and unpacks it. It and what it unpacks to
 * are put into `folder`; into a new one unless told.
 */
export async function makeTestBundle(
  checkout: string,
  options: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    readonly folder?: string;
  } = {},
): Promise<TestBundle> {
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'berth-bundle-test-')));
  // Users without rights read it, too.
  await chmod(folder, 0o755);
  const archive = join(folder, 'bundle.tar.gz');
  const argv = [join(checkout, 'scripts/main.ts'), 'bundle', '--json', '-o', archive];
  const output = execFileSync(process.execPath, [...argv, ...(options.args ?? [])], {
    encoding: 'utf8',
    cwd: dirname(folder),
    env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000', ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { digest } = JSON.parse(output) as { digest: string };
  const into = join(folder, 'unpacked');
  execFileSync('mkdir', [into]);
  execFileSync('tar', ['-xzf', archive, '-C', into]);
  const [name = ''] = await readdir(into);
  return {
    archive,
    digest,
    unpacked: join(into, name),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A root folder with nothing but busybox. Both `remove` and everything else need root. */
export async function busyboxRoot(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-busybox-'));
  execFileSync('mkdir', [
    '-p',
    ...['bin', 'proc', 'dev', 'root', 'tmp'].map((name) => join(folder, name)),
  ]);
  execFileSync('cp', ['/bin/busybox', join(folder, 'bin/busybox')]);
  const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n');
  for (const applet of applets) {
    if (applet !== 'busybox') await symlink('busybox', join(folder, 'bin', applet));
  }
  return folder;
}
