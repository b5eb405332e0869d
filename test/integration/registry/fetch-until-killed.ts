/*
 * Run by resume.test.ts in a process of its own, which is killed: fetches an image from a registry into the store of a
 * folder. Arguments: the folder, the image's name. Prints each event's status, or the error's code, on a line.
 */
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { ContentStore } from '../../../runtime/image/content-store.ts';
import { hostPlatform } from '../../../runtime/image/platform.ts';
import { parseReference, withDefaultTag } from '../../../runtime/image/reference.ts';
import { Registry } from '../../../runtime/registry/registry.ts';

const [folder = '', name = ''] = process.argv.slice(2);
const store = await ContentStore.open(folder);
const lease = store.lease();
try {
  const events = new Registry().fetch({
    reference: withDefaultTag(parseReference(name)),
    platform: hostPlatform(),
    credentials: undefined,
    signal: undefined,
    lease,
  });
  for await (const event of events) {
    const bytes = event.status === 'layer-downloading' ? ` ${event.receivedBytes}` : '';
    process.stdout.write(`${event.status}${bytes}\n`);
  }
} catch (error) {
  process.stdout.write(`${isBerthError(error) ? error.code : String(error)}\n`);
} finally {
  await lease.release();
}
