import { orIfMissing, readFile } from '../../host/files.ts';

/** As /proc/devices has them: proc_devices(5). */
export interface DeviceNames {
  readonly c: ReadonlyMap<number, string>;
  readonly b: ReadonlyMap<number, string>;
}

/** Reads the names of all devices by their major number: proc_devices(5). */
export async function readDeviceNames(): Promise<DeviceNames> {
  return parseDeviceNames(await orIfMissing(readFile('/proc/devices', 'utf8'), ''));
}

/** Reads the text of /proc/devices, of which the first part is about character devices. */
export function parseDeviceNames(text: string): DeviceNames {
  const [characters = '', blocks = ''] = text.split('Block devices:');
  const namesIn = (part: string): ReadonlyMap<number, string> =>
    new Map(
      [...part.matchAll(/^\s*(\d+) (\S+)$/gm)].map(([, number, name = '']) => [
        Number(number),
        name,
      ]),
    );
  return { c: namesIn(characters), b: namesIn(blocks) };
}
