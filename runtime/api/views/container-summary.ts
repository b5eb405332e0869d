import type { Container } from '../../container/lifecycle/container.ts';
import { programArguments } from '../../container/spec/build-spec.ts';
import { statusText, statusWord } from './container-status.ts';
import { mountsView } from './mounts-view.ts';
import { networksView } from './network-settings.ts';

/** A container as `GET /containers/json` has it. @param now milliseconds since 1970 */
export function containerSummary(
  container: Container,
  now: number,
): Readonly<Record<string, unknown>> {
  const { record } = container;
  const { config, hostConfig } = record;
  return {
    Id: record.id,
    Names: [`/${record.name}`],
    Image: config.Image,
    ImageID: record.imageId,
    Command: programArguments(config).map(quoteWord).join(' '),
    Created: Math.floor(record.createdMs / 1000),
    Ports: [],
    Labels: config.Labels ?? {},
    State: statusWord(container),
    Status: statusText(container, now),
    HostConfig: {
      NetworkMode: hostConfig.NetworkMode,
      ...(hostConfig.Annotations === null ? {} : { Annotations: hostConfig.Annotations }),
    },
    NetworkSettings: { Networks: networksView(record) },
    Mounts: mountsView(record),
  };
}

/** Docker puts words with a space into single quotes. */
function quoteWord(word: string): string {
  return word.includes(' ') ? `'${word}'` : word;
}
