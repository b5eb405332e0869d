/*
 * Run by crash.test.ts in a process of its own, which is killed: loads the archive on standard input into the data root
 * that is its argument, and then removes the image, over and over.
 */
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { inPieces } from '../layer/support.ts';
import { openHost } from './support.ts';

const [dataRoot = ''] = process.argv.slice(2);
const chunks: Uint8Array[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
const archive = Buffer.concat(chunks);
const { images } = await openHost(dataRoot, await Launcher.start());
process.stdout.write('ready\n');
for (;;) {
  await images.load(inPieces(archive));
  await images.remove('crash:1', { force: 'always', users: [] });
}
