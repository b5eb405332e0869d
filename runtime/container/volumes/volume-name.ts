import { BerthError } from '../../errors/berth-error.ts';

/** Characters of a file name (NAME_MAX), less those that `VolumeStore` puts before it. */
const longestName = 240;

/**
 * A name that somebody gives to a volume.
 * @throws VOLUME_NAME_INVALID in Docker's words
 */
export function parseVolumeName(name: string): string {
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    const why =
      name.length === 1
        ? 'volume name is too short, names should be at least two alphanumeric characters'
        : `"${name}" includes invalid characters for a local volume name, only "[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path`;
    throw invalid(name, why);
  }
  if (name.length > longestName)
    throw invalid(name, `the name has ${name.length} characters, wanted at most ${longestName}`);
  return name;
}

function invalid(name: string, why: string): BerthError {
  return new BerthError('VOLUME_NAME_INVALID', {
    message: `create ${name}: ${why}`,
    remedy: 'Use letters, digits, "_", "." and "-"; at least two, the first a letter or digit.',
    details: { volume: name },
  });
}
