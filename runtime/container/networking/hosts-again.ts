import { readTextIfExists, rewriteFile } from '../../host/files.ts';
import type { Endpoint } from '../../network/model/sandbox-record.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { nameServer } from './name-server.ts';
import { hostsText, ownLines } from './hosts-text.ts';

/**
 * Writes /etc/hosts and /etc/resolv.conf of a running container anew, whose networks are others now. The files stay those that it has
 * mounted, and what somebody has written into /etc/hosts stays, too.
 * @param before what it was connected by
 */
export async function writeHostsAgain(
  state: EngineState,
  container: Container,
  before: readonly Endpoint[],
): Promise<void> {
  const { hosts } = state.folder(container);
  const after = state.ports.networks.sandboxOf(container.id)?.endpoints ?? [];
  const old = new Set(ownLines(container.record, before));
  const found = (await readTextIfExists(hosts)) ?? '';
  // A berthd that was killed has just emptied it.
  const plain = { networks: state.ports.networks, links: [] };
  const text = found === '' ? await hostsText(container.record, [], plain) : found;
  const kept = text.split('\n').filter((line) => line !== '' && !old.has(line));
  const lines = [...kept, ...ownLines(container.record, after)];
  await rewriteFile(hosts, lines.map((line) => `${line}\n`).join(''), 0o644);
  const names = after.map(({ networkName }) => networkName);
  const plan = await nameServer(state.ports, container.record, names);
  if (plan === undefined || names.length === 0) return;
  await rewriteFile(state.folder(container).resolvConf, plan.text, 0o644);
}
