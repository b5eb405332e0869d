import { BerthError } from '../../errors/berth-error.ts';
import { existsNow } from '../../host/exists-now.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import { extraAttributes } from './extra-attributes.ts';
import { datagramSink } from './forward/datagram-sink.ts';
import type { LogSink } from './forward/log-sink.ts';
import { unixAddress } from './forward/socket-address.ts';
import { journalEntry, journalFieldName, type JournalFields } from './journald/journal-entry.ts';
import { logFacts } from './log-facts.ts';
import { logTag } from './log-tag.ts';
import { openSyslog, syslogTrouble } from './syslog/open-syslog.ts';

/** Where the log driver of a container sends to, with what it says of the container as it is now. */
export function openSink(state: EngineState, container: Container): LogSink {
  const { record } = container;
  const { runtime, host } = state.ports;
  const { Type: driver, Config } = record.hostConfig.LogConfig;
  const options = Config ?? {};
  const { logCursor: markFile } = state.folder(container);
  const tag = tagOf(record);
  if (driver === 'syslog') return openSyslog({ options, tag, runtime, markFile });
  const fields = journalFields(record, tag);
  return datagramSink({
    ...{ runtime, markFile },
    address: () => Promise.resolve(unixAddress(host.journalSocket)),
    encode: (message) => journalEntry(fields, message),
  });
}

/** Without a template it is the short id. */
function tagOf(record: ContainerRecord): string {
  const template = record.hostConfig.LogConfig.Config?.['tag'] ?? '';
  return logTag(template === '' ? '{{.ID}}' : template, logFacts(record));
}

function journalFields(record: ContainerRecord, tag: string): JournalFields {
  const options = record.hostConfig.LogConfig.Config ?? {};
  const attributes = Object.entries(extraAttributes(options, record.config))
    .map(([name, value]) => [journalFieldName(name), value] as const)
    .filter(([name]) => name !== '');
  return {
    CONTAINER_ID: record.id.slice(0, 12),
    CONTAINER_ID_FULL: record.id,
    CONTAINER_NAME: record.name,
    CONTAINER_TAG: tag,
    IMAGE_NAME: record.config.Image,
    SYSLOG_IDENTIFIER: tag,
    ...Object.fromEntries(attributes),
  };
}

/** Refuses to start a container whose output could not be sent anywhere. @throws LOG_DRIVER_UNAVAILABLE in Docker's words */
export async function refuseWithoutSink(
  { ports }: EngineState,
  { hostConfig }: ContainerRecord,
): Promise<void> {
  const { Type: driver, Config } = hostConfig.LogConfig;
  const trouble =
    driver === 'syslog'
      ? await syslogTrouble(Config ?? {})
      : driver === 'journald' && !existsNow(ports.host.journalSocket)
        ? 'journald is not enabled on this host'
        : undefined;
  if (trouble === undefined) return;
  throw new BerthError('LOG_DRIVER_UNAVAILABLE', {
    message: `failed to initialize logging driver: ${trouble}`,
    remedy: `Start what "--log-driver ${driver}" sends to, or use another log driver.`,
    details: { driver },
  });
}
