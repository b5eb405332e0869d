// Run by a test in a process with fewer rights: prints the findings of the privileged probes as JSON.
import { join } from 'node:path';
import { runChecks } from '../../../checks/run-checks.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { realContext } from './real-context.ts';

const folder = process.argv[2] ?? '/var/tmp';
const launcher = await Launcher.start();
const context = realContext(launcher, { dataRoot: folder, apiSocket: join(folder, 'berth.sock') });
const only = ['root', 'namespaces', 'fs.overlay', 'net.bridge', 'seccomp'];
process.stdout.write(JSON.stringify(await runChecks(context, { only })));
await launcher.stop();
