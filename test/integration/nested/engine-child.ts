import { busyboxArchive } from '../api/busybox-image.ts';
import { TestDaemon } from '../api/test-daemon.ts';

/**
 * Runs inside a container: starts the whole engine there, and in it the containers that the arguments ask for, one JSON
 * list of arguments of `docker` each. Prints what came of each, as JSON.
 */
const daemon = await TestDaemon.start();
try {
  const archive = busyboxArchive(daemon.root);
  await daemon.docker(['load', '-i', archive]);
  const results = [];
  for (const argument of process.argv.slice(2))
    results.push(await daemon.docker(JSON.parse(argument) as readonly string[]));
  console.log(JSON.stringify({ results, problems: daemon.problems.map(String) }));
} finally {
  await daemon.destroy();
}
