import { BerthError } from '../../errors/berth-error.ts';
import { dbus, type DBusValue } from '../../host/dbus/dbus-value.ts';
import { parseGVariant } from './gvariant.ts';
import type { UnitProperty } from './systemd-manager.ts';

const prefix = 'org.systemd.property.';

/** Microseconds in a second. */
const second = 1_000_000;

/**
 * Properties of a container's unit that its annotations name, as runc has it (docs/systemd.md of runc 1.3):
 * `org.systemd.property.TimeoutStopSec: "10"`. Names that end in `Sec` are those of unit files, in seconds; D-Bus has
 * microseconds.
 *
 * @throws SPEC_INVALID naming the annotation
 */
export function annotatedProperties(
  annotations: Readonly<Record<string, string>>,
): readonly UnitProperty[] {
  return Object.entries(annotations)
    .filter(([key]) => key.startsWith(prefix) && key !== prefix)
    .map(([key, text]) => {
      const name = key.slice(prefix.length);
      if (!/^[a-zA-Z]{3,}$/.test(name)) throw wrong(key, text, 'the name of a property after it');
      const value = parseGVariant(text);
      if (value === undefined) throw wrong(key, text, 'a value such as "\'text\'" or "uint64 5"');
      if (!/[a-z]Sec$/.test(name)) return { name, value };
      const microseconds = inMicroseconds(value);
      if (microseconds === undefined) throw wrong(key, text, 'a number of seconds');
      return { name: `${name.slice(0, -'Sec'.length)}USec`, value: microseconds };
    });
}

function inMicroseconds(value: DBusValue): DBusValue | undefined {
  if (value.type === 'x' || value.type === 't') {
    return value.value < 0n ? undefined : dbus.uint64(value.value * BigInt(second));
  }
  if (!['y', 'n', 'q', 'i', 'u', 'd'].includes(value.type)) return undefined;
  const seconds = Number('value' in value ? value.value : Number.NaN);
  return seconds >= 0 ? dbus.uint64(BigInt(Math.round(seconds * second))) : undefined;
}

function wrong(key: string, text: string, wanted: string): BerthError {
  return new BerthError('SPEC_INVALID', {
    message: `'annotations["${key}"]' is "${text}", wanted ${wanted}, in the text format of GVariant`,
    remedy: 'Correct the annotation, or leave it out.',
    details: { field: `annotations["${key}"]` },
  });
}
