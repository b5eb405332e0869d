import { readTextIfExists, writeFile } from '../../host/files.ts';
import type { Endpoint } from '../../network/model/sandbox-record.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { ownHosts } from '../spec/network-files.ts';

/**
 * Writes /etc/hosts of a running container anew, whose addresses are others now. The file stays the one that it has mounted, and
 * what somebody has written into it stays, too.
 * @param before what it was connected by
 */
export async function writeHostsAgain(
  state: EngineState,
  container: Container,
  before: readonly Endpoint[],
): Promise<void> {
  const { hosts } = state.folder(container);
  const after = state.ports.networks.sandboxOf(container.id)?.endpoints ?? [];
  const old = new Set(ownHosts(container.record, before));
  const text = (await readTextIfExists(hosts)) ?? '';
  const kept = text.split('\n').filter((line) => line !== '' && !old.has(line));
  const lines = [...kept, ...ownHosts(container.record, after)];
  await writeFile(hosts, lines.map((line) => `${line}\n`).join(''), { mode: 0o644 });
}
