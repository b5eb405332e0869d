import { createHmac } from 'node:crypto';
import { checkSystemMessages as m } from '../messages/areas/checks-system.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';

const path = '/etc/machine-id';
const dbusPath = '/var/lib/dbus/machine-id';

/** Whether the host has an id that others can tell it by (machine-id(5)). */
export const machineId: Check = {
  id: 'machine-id',
  title: m.machineIdTitle,
  group: 'system',
  wanted: m.machineIdWanted,
  why: m.machineIdWhy,
  severity: 'warn',
  privilege: 'none',
  async probe({ files }) {
    const id = (await files.readText(path))?.trim();
    if (id === undefined) return withoutId(files);
    if (!/^[0-9a-f]{32}$/.test(id) || /^(.)\1*$/.test(id)) {
      return trouble(m.machineIdInvalid({ content: id.slice(0, 40) }));
    }
    const dbusId = (await files.readText(dbusPath))?.trim();
    if (dbusId !== undefined && dbusId !== '' && dbusId !== id) {
      return trouble(m.machineIdDiffers());
    }
    return { status: 'pass', seen: m.machineIdGood(), details: { fingerprint: fingerprint(id) } };
  },
};

/** Hosts with neither systemd nor D-Bus do without. */
async function withoutId(files: CheckContext['files']): Promise<Outcome> {
  const kinds = await Promise.all(
    ['/run/systemd/system', '/run/dbus'].map((folder) => files.kind(folder)),
  );
  if (kinds.includes('folder')) return trouble(m.machineIdMissing());
  return { status: 'skip', seen: m.machineIdNone() };
}

function trouble(seen: string): Outcome {
  return { status: 'warn', seen, remedy: m.machineIdRemedy() };
}

/**
 * Tells hosts apart, and clones of one disk, without giving the id away: machine-id(5) asks to hash it with a key of the
 * program's own.
 */
function fingerprint(id: string): string {
  return createHmac('sha256', 'berth').update(id).digest('hex').slice(0, 16);
}
