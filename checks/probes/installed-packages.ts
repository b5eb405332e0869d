import type { CheckContext } from '../context.ts';

/** A package that the host's package manager has installed. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
}

/**
 * Which of `names` are installed, by the dpkg database, the apk database and rpm. Read as files where they are text:
 * that works with the package manager's lock held, and in a host that is only half there.
 */
export async function findInstalledPackages(
  context: Pick<CheckContext, 'files' | 'run'>,
  names: readonly string[],
): Promise<readonly InstalledPackage[]> {
  const [dpkg, apk] = await Promise.all([
    context.files.readText('/var/lib/dpkg/status'),
    context.files.readText('/lib/apk/db/installed'),
  ]);
  const found = [
    ...parseDpkgStatus(dpkg ?? ''),
    ...parseApkDatabase(apk ?? ''),
    ...(await askRpm(context, names)),
  ];
  return found.filter(({ name }) => names.includes(name));
}

/** Only state `installed`: a package in `config-files` has been removed. */
function parseDpkgStatus(text: string): readonly InstalledPackage[] {
  return text.split('\n\n').flatMap((paragraph) => {
    const field = (name: string): string | undefined =>
      new RegExp(`^${name}: (.+)$`, 'm').exec(paragraph)?.[1];
    const name = field('Package');
    const installed = field('Status')?.endsWith(' installed') === true;
    return name === undefined || !installed ? [] : [{ name, version: field('Version') ?? '' }];
  });
}

function parseApkDatabase(text: string): readonly InstalledPackage[] {
  return text.split('\n\n').flatMap((paragraph) => {
    const name = /^P:(.+)$/m.exec(paragraph)?.[1];
    const version = /^V:(.+)$/m.exec(paragraph)?.[1] ?? '';
    return name === undefined ? [] : [{ name, version }];
  });
}

/** rpm's database is not text. It prints a sentence, not this format, for a package that is not there. */
async function askRpm(
  { run, files }: Pick<CheckContext, 'files' | 'run'>,
  names: readonly string[],
): Promise<readonly InstalledPackage[]> {
  const databases = ['/var/lib/rpm', '/usr/lib/sysimage/rpm'];
  const kinds = await Promise.all(databases.map((path) => files.kind(path)));
  if (!kinds.includes('folder')) return [];
  const format = 'found|%{NAME}|%{VERSION}-%{RELEASE}\\n';
  const output = await run('rpm', ['-q', '--qf', format, ...names], { timeoutMs: 15_000 });
  return output.stdout.split('\n').flatMap((line) => {
    const [mark, name, version] = line.split('|');
    return mark === 'found' && name !== undefined ? [{ name, version: version ?? '' }] : [];
  });
}
