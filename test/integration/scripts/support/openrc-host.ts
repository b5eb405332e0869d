import { chmod, mkdir, rm, readdir, writeFile } from 'node:fs/promises';
import type { PrivateHost } from './private-host.ts';

/** OpenRC as it is when its init has come to the default runlevel: there is no such init here. */
export async function runOpenrc(host: PrivateHost): Promise<void> {
  const folders = 'daemons exclusive failed hotplugged inactive options scheduled started starting';
  for (const name of [...folders.split(' '), 'stopping', 'tmp', 'wasinactive']) {
    await mkdir(host.path(`/run/openrc/${name}`), { recursive: true });
  }
  await writeFile(host.path('/run/openrc/softlevel'), 'default\n');
  const levels = host.path('/etc/runlevels');
  for (const level of await readdir(levels)) {
    for (const name of await readdir(`${levels}/${level}`)) await rm(`${levels}/${level}/${name}`);
  }
  // Where /etc/fstab is mounted by OpenRC, this is one of its own.
  await initScript(host, 'localmount', '#!/sbin/openrc-run\nstart() { :; }\n');
}

/** Puts a script into /etc/init.d. */
export async function initScript(host: PrivateHost, name: string, text: string): Promise<void> {
  await writeFile(host.path(`/etc/init.d/${name}`), text);
  await chmod(host.path(`/etc/init.d/${name}`), 0o755);
}
