import { BerthError } from '../../errors/berth-error.ts';
import { readTextIfExists, rewriteFile } from '../../host/files.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { hasProgram } from '../model/container-state.ts';

/**
 * Removes a link (`docker rm --link PARENT/ALIAS`), and neither container: with its line in /etc/hosts and what the firewall lets
 * through for it. The variables of a running program stay.
 * @throws CONTAINER_NOT_FOUND, CONTAINER_LINK_REFUSED in Docker's words
 */
export async function removeLink(state: EngineState, name: string): Promise<void> {
  const child = state.index.find(name);
  const link = state.index.findLink(name);
  if (link === undefined)
    throw new BerthError('CONTAINER_LINK_REFUSED', {
      message: 'Conflict, cannot remove the default link name of the container',
      remedy: 'Name the container that is linked, a slash, and what it calls the other one.',
      details: { container: name },
    });
  const { parent, alias } = link;
  await parent.queue.run(async () => {
    const { record } = parent;
    const gone = { alias, container: child.id };
    const links = (record.links ?? []).filter((one) => one.alias !== alias);
    // First: a berthd that is killed from here on leaves the rest to the next one.
    const isRunning = hasProgram(record.state);
    const unlinking = isRunning ? [...(record.unlinking ?? []), gone] : record.unlinking;
    await state.save(parent, { ...record, links, unlinking });
    if (isRunning) await finishUnlinking(state, parent);
  });
}

/** Takes away what a container still has of links that were taken away under a berthd that was killed. */
export async function settleLinks(state: EngineState, container: Container): Promise<void> {
  if (container.record.unlinking === undefined) return;
  await container.queue.run(() => finishUnlinking(state, container));
}

async function finishUnlinking(state: EngineState, parent: Container): Promise<void> {
  const { links = [], unlinking = [] } = parent.record;
  for (const { alias, container } of unlinking) {
    // It may be linked to it by another name, too.
    if (!links.some((link) => link.container === container))
      await state.ports.networks.unlink(parent.id, container);
    await forgetAlias(state, parent, alias);
  }
  await state.saveIfPossible(parent, { ...parent.record, unlinking: undefined });
}

/** Takes its lines out of /etc/hosts. */
async function forgetAlias(state: EngineState, parent: Container, alias: string): Promise<void> {
  const { hosts } = state.folder(parent);
  const text = await readTextIfExists(hosts);
  if (text === undefined) return;
  const kept = text.split('\n').filter((line) => line.split('\t')[1]?.split(' ')[0] !== alias);
  await rewriteFile(hosts, kept.join('\n'), 0o644);
}
