import { banner } from './banner.ts';
import type { ServiceCommand } from './service-command.ts';

/**
 * The socket unit (systemd.socket(5), systemd 252): systemd listens from early in the boot on, and goes on while berthd
 * starts, restarts or is upgraded, so a client waits instead of being turned away. The daemon finds the sockets by
 * `LISTEN_FDS`.
 */
export function systemdSocket(command: Pick<ServiceCommand, 'sockets' | 'group'>): string {
  return `${banner}[Unit]
Description=berth API sockets

[Socket]
${command.sockets.map((path) => `ListenStream=${listenPath(path)}`).join('\n')}
FileDescriptorName=api
SocketMode=0660
SocketGroup=${command.group}
DirectoryMode=0755
RemoveOnStop=yes

[Install]
WantedBy=sockets.target
`;
}

/** systemd takes `/run` for `/var/run`, and complains of the latter. `%` begins a specifier. */
function listenPath(path: string): string {
  return path.replace(/^\/var\/run\//, '/run/').replaceAll('%', '%%');
}
