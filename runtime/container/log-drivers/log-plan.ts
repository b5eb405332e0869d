import type { LogRotation } from '../../launch/monitor/log-request.ts';
import type { ContainerRecord } from '../model/container-record.ts';
import type { ContainerFolder } from '../store/container-paths.ts';
import { extraAttributes } from './extra-attributes.ts';
import { isTrue } from './go-values.ts';
import { logFacts } from './log-facts.ts';
import { logTag } from './log-tag.ts';
import { sizeOf } from './size-text.ts';

/** What is kept of a container's output, and where. Its log configuration has been looked at when it was created. */
export interface LogPlan {
  /** The file that the monitor appends to; also where output only passes through. */
  readonly path: string;
  readonly rotation: LogRotation | undefined;
  /** Whether its lines are sent on by berthd. */
  readonly forwards: boolean;
  /** Whether clients may ask for the log. */
  readonly readable: boolean;
}

type Options = Readonly<Record<string, string>>;

/** Docker's for its driver "local", and for what it keeps of drivers that cannot be read. */
const localDefaults = { maxBytes: 20 * 1024 * 1024, maxFiles: 5 };

/** What an attached client can fall behind, where nothing is kept. */
const passingThrough: LogRotation = { maxBytes: 16 * 1024 * 1024, maxFiles: 2, older: 'plain' };

const kept = { forwards: false, readable: true };

/** The plan of a container. */
export function logPlan(
  { hostConfig }: Pick<ContainerRecord, 'hostConfig'>,
  folder: ContainerFolder,
): LogPlan {
  const { Type: driver, Config } = hostConfig.LogConfig;
  const options = Config ?? {};
  switch (driver) {
    case 'json-file':
      return { ...kept, path: folder.log, rotation: jsonFileRotation(options) };
    case 'local':
      return { ...kept, path: folder.ownLog, rotation: localRotation(options, '') };
    case 'none':
      return { path: folder.ownLog, rotation: passingThrough, forwards: false, readable: false };
    default:
      return {
        path: folder.ownLog,
        rotation: localRotation(options, 'cache-'),
        forwards: true,
        readable: driver === 'journald' || !isTrue(options['cache-disabled'] ?? ''),
      };
  }
}

function jsonFileRotation(options: Options): LogRotation | undefined {
  const maxBytes = sizeOf(options['max-size'] ?? '', 1000);
  if (maxBytes === undefined) return undefined;
  const compress = isTrue(options['compress'] ?? '');
  return {
    maxBytes,
    maxFiles: Number(options['max-file'] ?? 1),
    older: compress ? 'gzip' : 'plain',
  };
}

function localRotation(options: Options, prefix: string): LogRotation {
  const maxBytes = sizeOf(options[`${prefix}max-size`] ?? '', 1000);
  const maxFiles = Math.max(1, Number(options[`${prefix}max-file`] ?? localDefaults.maxFiles));
  const compress = isTrue(options[`${prefix}compress`] ?? 'true');
  return {
    // 0 is no limit for Docker.
    maxBytes: maxBytes === 0 ? Number.MAX_SAFE_INTEGER : (maxBytes ?? localDefaults.maxBytes),
    maxFiles,
    older: compress && maxFiles > 1 ? 'gzip' : 'plain',
  };
}

/** What each line of the log has as its attributes, as JSON; `undefined`: nothing. */
export function logAttributes(record: ContainerRecord): string | undefined {
  const { Type: driver, Config } = record.hostConfig.LogConfig;
  const options = Config ?? {};
  if (driver === 'none') return undefined;
  const attributes = extraAttributes(options, record.config);
  const tag = options['tag'] ?? '';
  const keepsTag = tag !== '' && (driver === 'json-file' || driver === 'local');
  const all = keepsTag ? { ...attributes, tag: logTag(tag, logFacts(record)) } : attributes;
  return Object.keys(all).length === 0 ? undefined : JSON.stringify(all);
}
