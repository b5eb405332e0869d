import type { Container } from '../../container/lifecycle/container.ts';
import { programArguments } from '../../container/spec/build-spec.ts';
import { isAtLeast } from '../http/api-version.ts';
import { statusText, statusWord } from './container-status.ts';
import { mountsView, type MountPlaces } from './mounts-view.ts';
import { portListView } from './port-views.ts';
import { type NetworkFacts, networksView, shownPorts } from './network-settings.ts';

/** What a summary needs to know beside its container. */
export interface SummaryContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly places: MountPlaces;
  readonly networks: NetworkFacts;
  /** Names that containers have as linked ones, by their ids. */
  readonly linkNames: ReadonlyMap<string, readonly string[]>;
  /** API version that the client speaks. */
  readonly version: string;
}

/** A container as `GET /containers/json` has it. */
export function containerSummary(
  container: Container,
  { now, places, version, networks, linkNames }: SummaryContext,
): Readonly<Record<string, unknown>> {
  const { record } = container;
  const { config, hostConfig } = record;
  const { Annotations } = hostConfig;
  return {
    Id: record.id,
    Names: [record.name, ...(linkNames.get(record.id) ?? [])].map((name) => `/${name}`),
    Image: config.Image,
    ImageID: record.imageId,
    Command: programArguments(config).map(quoteWord).join(' '),
    Created: Math.floor(record.createdMs / 1000),
    Ports: portsOf(record, networks),
    Labels: config.Labels ?? {},
    State: statusWord(container),
    Status: statusText(container, now),
    HostConfig: {
      NetworkMode: hostConfig.NetworkMode,
      ...(Annotations === null || !isAtLeast(version, '1.46') ? {} : { Annotations }),
    },
    NetworkSettings: { Networks: networksView(record, networks) },
    Mounts: mountsView(record, places),
  };
}

function portsOf(record: Container['record'], networks: NetworkFacts): readonly object[] {
  const sandbox = networks.sandboxOf(record.id);
  return sandbox === undefined ? [] : portListView(shownPorts(record, sandbox.ports));
}

/** Docker puts words with a space into single quotes. */
function quoteWord(word: string): string {
  return word.includes(' ') ? `'${word}'` : word;
}
