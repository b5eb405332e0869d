import { networkLines, shownNetworks } from './network-view.ts';
import type { ShownNetworks } from './network-view.ts';
import type { Operation } from './operation.ts';
import type { World } from './world.ts';

interface Inspected {
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly NetworkSettings: ShownNetworks;
  readonly HostConfig: {
    readonly Memory: number;
    readonly PidsLimit: number | null;
    readonly RestartPolicy: { readonly Name: string };
  };
}

/** What clients see, in lines that do not differ between two runs. */
export async function viewOf(
  { client, host }: Pick<World, 'client' | 'host'>,
  operation: Operation,
): Promise<readonly string[]> {
  const containers = await client.get<readonly { Id: string }[]>('/containers/json?all=1');
  const { Volumes } = await client.get<{ Volumes: readonly { Name: string }[] }>('/volumes');
  const images = await client.get<readonly { RepoTags: readonly string[] }[]>('/images/json');
  const lines: string[] = [];
  for (const { Id } of containers) {
    const { Name, State, HostConfig, NetworkSettings } = await client.get<Inspected>(
      `/containers/${Id}/json`,
    );
    const { Memory, PidsLimit, RestartPolicy } = HostConfig;
    const settings = `${Memory} ${PidsLimit ?? '-'} ${RestartPolicy.Name}`;
    const networks = shownNetworks(NetworkSettings);
    lines.push(`container ${Name} ${State.Status} ${settings} ${networks}`);
  }
  lines.push(...(await networkLines(client)));
  for (const { Name } of Volumes)
    lines.push(`volume ${/^[0-9a-f]{64}$/.test(Name) ? 'without a name' : Name}`);
  for (const { RepoTags } of images) lines.push(`image ${RepoTags.toSorted().join(' ')}`);
  if (operation.observe) lines.push(`observed ${String(await operation.observe(client, host))}`);
  return lines.sort();
}
