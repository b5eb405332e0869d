import { join } from 'node:path';
import { writeFile } from '../../runtime/host/files.ts';
import { makeFolders } from '../../runtime/host/make-folders.ts';
import { runChecked, type CommandRunner } from '../host/commands.ts';

/** An apt with a state of its own: it uses this host's package sources and keys, and changes nothing on the host. */
export interface PrivateApt {
  /** Runs a program of apt, such as apt-get or apt-cache. @throws BerthError COMMAND_FAILED */
  run(program: string, args: readonly string[]): Promise<string>;
  /** Folder that `apt-get install --download-only` fills. */
  readonly archives: string;
}

/** Parts of the host's configuration that say where packages come from and how; hooks of the host are left out. */
const kept =
  /^(Acquire::|Dir::Etc::(sourcelist|sourceparts|trusted|trustedparts|netrc|netrcparts) )/;

/**
 * Makes an apt below `folder` that knows of no installed package, and reads the host's sources for another processor.
 *
 * @param architecture Debian's name, such as `arm64`.
 * @throws BerthError COMMAND_FAILED when there is no apt here or no source answers
 */
export async function openPrivateApt(
  folder: string,
  using: { readonly architecture: string; readonly run: CommandRunner },
): Promise<PrivateApt> {
  const { architecture, run } = using;
  const archives = join(folder, 'cache', 'archives');
  await makeFolders(join(folder, 'state', 'lists', 'partial'));
  await makeFolders(join(archives, 'partial'));
  await makeFolders(join(folder, 'no-parts'));
  await writeFile(join(folder, 'status'), '');
  const host = await runChecked(run, ['apt-config', 'dump']);
  const configuration = [
    ...host.split('\n').filter((line) => kept.test(line)),
    `Dir::Etc::parts "${join(folder, 'no-parts')}";`,
    'Dir::Etc::main "/dev/null";',
    'Dir::Etc::preferences "/dev/null";',
    `Dir::Etc::preferencesparts "${join(folder, 'no-parts')}";`,
    `Dir::State "${join(folder, 'state')}";`,
    `Dir::State::status "${join(folder, 'status')}";`,
    `Dir::Cache "${join(folder, 'cache')}";`,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    // The folder is root's; apt's own user could not write there.
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
  ];
  const path = join(folder, 'apt.conf');
  await writeFile(path, `${configuration.join('\n')}\n`);
  const env = { APT_CONFIG: path, DEBIAN_FRONTEND: 'noninteractive' };
  await runChecked(run, ['apt-get', 'update', '-qq'], { env });
  return { run: (program, args) => runChecked(run, [program, ...args], { env }), archives };
}
