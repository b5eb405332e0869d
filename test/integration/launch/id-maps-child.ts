import { chmodSync, chownSync } from 'node:fs';
import { dirname } from 'node:path';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { Machine } from './machine.ts';
import { expectNothingLeft } from './own-leftovers.ts';

/**
 * Starts a container in a user namespace whose root is the user given as the argument, and prints what it says of its
 * ids, or the error; fails when it leaves something. Run by a user without CAP_SETUID.
 */
const [root = '0', size = '1', groups = ''] = process.argv.slice(2);
const machine = await Machine.create();
const mappings = [{ containerID: 0, hostID: Number(root), size: Number(size) }];
const additionalGids = groups === '' ? [] : [Number(groups)];
const request = machine.request(['sh', '-c', 'cat /proc/self/uid_map /proc/self/gid_map; id'], {
  process: { user: { uid: 0, gid: 0, additionalGids } },
  // The terminals of a devpts belong to the group 5.
  withoutMounts: ['/dev/pts'],
  linux: {
    namespaces: (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const).map(
      (type) => ({
        type,
      }),
    ),
    uidMappings: mappings,
    gidMappings: mappings,
  },
});
chmodSync(machine.folder, 0o755);
if (request.rootfs.type !== 'overlay') throw new Error('the root is no overlay');
for (const path of [dirname(request.rootfs.upper), request.rootfs.upper, request.rootfs.work]) {
  chmodSync(path, 0o755);
  chownSync(path, Number(root), Number(root));
}
try {
  const { stdout, stderr } = await machine.finish(request);
  console.log(JSON.stringify({ said: (stdout + stderr).replace(/ +/g, ' ') }));
} catch (error) {
  if (!isBerthError(error)) throw error;
  console.log(JSON.stringify({ code: error.code, message: error.message }));
} finally {
  await expectNothingLeft(machine).finally(() => machine.dispose());
}
