import { json, text } from 'node:stream/consumers';
import { requestOverSocket } from '../../runtime/host/http-client.ts';

/*
 * What tests do between each other, at the API itself: a client's process for it takes a hundred times as long, and there
 * are a thousand such tests.
 */

/** Removes all containers, as `docker rm --force` does. @throws Error when the engine refuses one */
export async function removeContainers(socketPath: string): Promise<void> {
  const ids = (await listed(socketPath, '/containers/json?all=1')).map(({ Id }) => Id);
  await Promise.all(ids.map((id) => remove(socketPath, `/containers/${id}?force=1`)));
}

/** Removes all images and their names, one after the other, as `docker rmi --force` does. @throws Error as above */
export async function removeImages(socketPath: string): Promise<void> {
  const ids = (await listed(socketPath, '/images/json?all=1')).map(({ Id }) => Id);
  for (const id of new Set(ids)) await remove(socketPath, `/images/${id}?force=1`);
}

async function listed(
  socketPath: string,
  target: string,
): Promise<readonly { readonly Id: string }[]> {
  const answer = await requestOverSocket({ socketPath, method: 'GET', target });
  if (answer.status !== 200) throw refused(target, answer.status, await text(answer.body));
  return (await json(answer.body)) as readonly { readonly Id: string }[];
}

/** What goes by itself meanwhile, as with `--rm`, is gone (404) or going (409). */
async function remove(socketPath: string, target: string): Promise<void> {
  const answer = await requestOverSocket({ socketPath, method: 'DELETE', target });
  const said = await text(answer.body);
  const isGone = answer.status < 300 || answer.status === 404;
  const isGoing = answer.status === 409 && said.includes('already in progress');
  if (!isGone && !isGoing) throw refused(target, answer.status, said);
}

function refused(target: string, status: number, said: string): Error {
  return new Error(`the engine answers ${target} with ${status}: ${said}`);
}
