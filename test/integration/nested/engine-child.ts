import { chmodSync } from 'node:fs';
import { busyboxArchive } from '../api/busybox-image.ts';
import { TestDaemon } from '../api/test-daemon.ts';

/**
 * Starts the whole engine where it is run, inside a container for example, and there what the arguments ask for: one JSON
 * list of arguments of `docker` each. Prints what came of each, as JSON. `USERNS_REMAP`: the engine's `userns-remap`;
 * `["daemon restart", value]` starts the engine again with another one, while containers run on.
 */
const usernsRemap = process.env['USERNS_REMAP'] ?? '';
const daemon = await TestDaemon.start({}, { usernsRemap });
// Root of a container may be an ordinary user here.
chmodSync(daemon.root, 0o711);
try {
  const archive = busyboxArchive(daemon.root);
  await daemon.docker(['load', '-i', archive]);
  const results = [];
  for (const argument of process.argv.slice(2)) {
    const command = JSON.parse(argument) as readonly string[];
    if (command[0] === 'daemon restart') {
      await daemon.down();
      daemon.usernsRemap = command[1] ?? '';
      await daemon.up();
    } else results.push(await daemon.docker(command));
  }
  console.log(JSON.stringify({ results, problems: daemon.problems.map(String) }));
} finally {
  await daemon.destroy();
}
