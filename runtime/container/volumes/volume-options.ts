import { BerthError } from '../../errors/berth-error.ts';

/** What the driver "local" is told, in the words of mount(8). */
export interface VolumeMountOptions {
  /** A type of file system, or `none` for a bind. */
  readonly type: string;
  readonly device: string;
  /** As behind `mount -o`. */
  readonly options: readonly string[];
}

const known = ['type', 'device', 'o'];

/** Each option needs these, as in Docker. */
const needs: Readonly<Record<string, readonly string[]>> = {
  type: ['device'],
  device: ['type'],
  o: ['device', 'type'],
};

/**
 * What a volume's options ask to be mounted; `undefined` for an ordinary folder.
 * @throws VOLUME_OPTION_INVALID in Docker's words; UNSUPPORTED_FIELD for `size`, which needs quotas
 */
export function volumeMount(
  name: string,
  options: Readonly<Record<string, string>>,
): VolumeMountOptions | undefined {
  const given = Object.keys(options);
  if (given.includes('size')) {
    throw new BerthError('UNSUPPORTED_FIELD', {
      message: `create ${name}: quota size requested but berth has no quotas`,
      remedy:
        'Leave "size" out, or use a tmpfs: --opt type=tmpfs --opt device=tmpfs --opt o=size=1g.',
      details: { field: 'DriverOpts.size' },
    });
  }
  for (const option of given)
    if (!known.includes(option)) throw invalid(name, option, `invalid option: "${option}"`);
  for (const option of given) {
    const missing = needs[option]?.find((other) => (options[other] ?? '') === '');
    if (missing !== undefined && options[option] !== '')
      throw invalid(name, missing, `missing required option: "${missing}"`);
  }
  const { type = '', device = '', o = '' } = options;
  return type === '' ? undefined : { type, device, options: o === '' ? [] : o.split(',') };
}

function invalid(name: string, option: string, why: string): BerthError {
  return new BerthError('VOLUME_OPTION_INVALID', {
    message: `create ${name}: ${why}`,
    remedy: 'The driver "local" takes "type", "device" and "o", as mount(8) does.',
    details: { volume: name, field: `DriverOpts.${option}` },
  });
}
