import { BerthError } from '../../errors/berth-error.ts';
import { readTextIfExists, rewriteFile } from '../../host/files.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';

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
  await link.parent.queue.run(() => removeFrom(state, { ...link, child }));
}

async function removeFrom(
  state: EngineState,
  {
    parent,
    alias,
    child,
  }: { readonly parent: Container; readonly alias: string; readonly child: Container },
): Promise<void> {
  const { record } = parent;
  const links = (record.links ?? []).filter((one) => one.alias !== alias);
  await state.save(parent, { ...record, links });
  // It may be linked to it by another name, too.
  if (!links.some(({ container }) => container === child.id))
    await state.ports.networks.unlink(parent.id, child.id);
  const { hosts } = state.folder(parent);
  const text = await readTextIfExists(hosts);
  if (text === undefined) return;
  const kept = text.split('\n').filter((line) => line.split('\t')[1]?.split(' ')[0] !== alias);
  await rewriteFile(hosts, kept.join('\n'), 0o644);
}
