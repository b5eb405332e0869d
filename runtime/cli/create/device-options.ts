import { commaFields } from './comma-fields.ts';
import { optionError } from './option-error.ts';
import { parseBytes, parseInteger } from './sizes.ts';

/** Splits `path:number`; the path may be of a kind that has colons. */
function pathAndNumber(option: string, value: string, example: string): readonly [string, string] {
  const [, path, number] = /^(\/dev\/.+):([^:]+)$/.exec(value) ?? [];
  if (path !== undefined && number !== undefined) return [path, number];
  throw optionError(option, value, { wanted: 'a path below /dev and a number', example });
}

/** `HostConfig.BlkioWeightDevice` of `--blkio-weight-device path:weight`. @throws OPTION_INVALID */
export function weightDevices(option: string, values: readonly string[]): readonly object[] {
  return values.map((value) => {
    const [Path, weight] = pathAndNumber(option, value, '/dev/sda:300');
    return { Path, Weight: parseInteger(option, weight) };
  });
}

/** The devices of `--device-read-bps path:10mb` and `--device-write-bps`. @throws OPTION_INVALID */
export function byteRates(option: string, values: readonly string[]): readonly object[] {
  return values.map((value) => {
    const [Path, rate] = pathAndNumber(option, value, '/dev/sda:10mb');
    return { Path, Rate: parseBytes(option, rate) };
  });
}

/** The devices of `--device-read-iops path:1000` and `--device-write-iops`. @throws OPTION_INVALID */
export function operationRates(option: string, values: readonly string[]): readonly object[] {
  return values.map((value) => {
    const [Path, rate] = pathAndNumber(option, value, '/dev/sda:1000');
    return { Path, Rate: parseInteger(option, rate) };
  });
}

/** `HostConfig.Devices` of `--device path[:path in the container][:permissions]`. @throws OPTION_INVALID */
export function devices(option: string, values: readonly string[]): readonly object[] {
  return values.map((value) => {
    const [source = '', second, third, ...more] = value.split(':');
    const isMode = (text: string | undefined): boolean => /^[rwm]{1,3}$/.test(text ?? '');
    // `path:rw` has permissions, and no other path.
    const [target, mode] =
      third === undefined && isMode(second) ? [source, second] : [second, third];
    const isGood = source !== '' && more.length === 0 && (mode === undefined || isMode(mode));
    if (!isGood || target === '') {
      throw optionError(option, value, {
        wanted: 'path[:path in the container][:permissions of r, w and m]',
        example: '/dev/fuse:/dev/fuse:rw',
      });
    }
    return {
      PathOnHost: source,
      PathInContainer: target ?? source,
      CgroupPermissions: mode ?? 'rwm',
    };
  });
}

/**
 * `HostConfig.DeviceRequests` of `--gpus`: all, a number, or fields such as `device=0,capabilities=compute`.
 *
 * @throws OPTION_INVALID
 */
export function gpuRequest(option: string, value: string): readonly object[] {
  const isCount = value === 'all' || /^\d+$/.test(value);
  const written = isCount ? [`count=${value}`] : (commaFields(value) ?? [value]);
  const fields = new Map(
    written.map((field) => {
      const [, name, text] = /^(driver|count|device|capabilities)=(.*)$/.exec(field) ?? [];
      if (name !== undefined && text !== undefined) return [name, text] as const;
      throw optionError(option, value, {
        wanted: 'all, a number, or fields of driver, count, device, capabilities',
        example: 'all',
      });
    }),
  );
  const list = (name: string): readonly string[] => fields.get(name)?.split(',') ?? [];
  const count = fields.get('count') ?? (fields.has('device') ? '0' : '1');
  return [
    {
      Driver: fields.get('driver') ?? '',
      Count: count === 'all' ? -1 : parseInteger(option, count),
      DeviceIDs: fields.has('device') ? list('device') : null,
      Capabilities: [[...list('capabilities'), 'gpu']],
      Options: {},
    },
  ];
}
