import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ContentStore } from '../../../runtime/image/content-store.ts';
import { mediaTypes } from '../../../runtime/image/media-types.ts';
import { parseReference } from '../../../runtime/image/reference.ts';

/*
 * Gives content a name in a store, fills the disk to the last byte, takes the name away again and collects what nothing
 * needs any more. Prints how many names and blobs are left. Arguments: the store's folder.
 */
const [folder = ''] = process.argv.slice(2);
const store = await ContentStore.open(folder);
const lease = store.lease();
const digest = await lease.add(new Uint8Array(100_000));
const descriptor = { mediaType: mediaTypes.ociManifest, digest, size: 100_000 };
await store.update(() => [{ descriptor, name: parseReference('app:1') }]);
await lease.release();

for (const pieceBytes of [65536, 1]) {
  try {
    for (;;) {
      writeFileSync(join(folder, '..', 'filler'), new Uint8Array(pieceBytes), { flag: 'a' });
    }
  } catch (error) {
    console.log(String(error));
  }
}
await store.update(() => []);
await store.collectGarbage();
console.log(`${store.entries.length} names, ${(await store.blobs.list()).length} blobs`);
