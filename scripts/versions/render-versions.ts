import { dockerCliMessages as m } from '../../messages/areas/docker-cli.ts';
import type { DockerCliVersions } from './docker-cli-versions.ts';

/** What `berth versions` found out; `--json` prints exactly this. */
export interface Versions {
  readonly berth?: string;
  readonly dockerCli: DockerCliVersions | { readonly unavailable: string };
}

/** The versions for people, one a line. */
export function renderVersions({ berth, dockerCli }: Versions): string {
  const own = berth === undefined ? [] : [`berth ${berth}`, ''];
  return `${[...own, ...clientLines(dockerCli)].join('\n')}\n`;
}

function clientLines(dockerCli: Versions['dockerCli']): readonly string[] {
  if ('unavailable' in dockerCli) return [m.versionsNone({ why: dockerCli.unavailable })];
  const { repository, installed, versions } = dockerCli;
  const isElsewhere = installed !== undefined && !versions.includes(installed);
  return [
    m.versionsHead({ url: repository }),
    ...versions.map((version) =>
      version === installed ? `* ${version}  (${m.versionsInstalled()})` : `  ${version}`,
    ),
    ...(isElsewhere ? [`* ${m.versionsInstalledElsewhere({ version: installed })}`] : []),
  ];
}
