/*
 * Run by chaos-kill.test.ts in a process of its own, which is killed: pulls the images that are named after the data
 * root, and removes them, over and over.
 */
import { Registry } from '../../../runtime/registry/registry.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { openHost } from '../image/support.ts';

const [dataRoot = '', ...references] = process.argv.slice(2);
const { images } = await openHost(dataRoot, await Launcher.start(), new Registry());
process.stdout.write('ready\n');
for (;;) {
  for (const reference of references) {
    for await (const event of images.pull(reference)) {
      if (event.status === 'done') process.stdout.write(`${event.reference}\n`);
    }
  }
  for (const reference of references)
    await images.remove(reference, { force: 'always', users: [] });
}
