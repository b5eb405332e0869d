/** A file that the lab puts on a machine beside Debian's own. */
export interface GuestFile {
  /** Below the root, without a leading slash. */
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

/** Keys for {@link guestFiles}. */
export interface GuestKeys {
  /** Public key that may log in as root. */
  readonly clientPublicKey: string;
  readonly hostPrivateKey: string;
  readonly hostPublicKey: string;
}

/** Name of the machine, and the name by which OpenSSH knows its key. */
export const guestName = 'berth-lab';

/** Where npm finds its packages, since a machine reaches no registry. */
export const npmCache = '/var/cache/berth-lab-npm';

/** The packages of package-lock.json as that npm installs them, to be moved into a clone. */
export const installedModules = '/var/cache/berth-lab-modules';

/** A package repository on the machine itself: what berth may have to install, since it reaches no mirror. */
export const debRepository = '/srv/berth-lab-packages';

/** What the console says when the machine takes orders. */
export const readyLine = 'berth-lab: ready';

/** Units that would change the machine while a test compares it with what it was. */
const maskedUnits = [
  'apt-daily.timer',
  'apt-daily-upgrade.timer',
  'dpkg-db-backup.timer',
  'e2scrub_all.timer',
  'fstrim.timer',
  'systemd-tmpfiles-clean.timer',
  // The console is the lab's: no login there.
  'serial-getty@ttyS0.service',
  'getty@tty1.service',
];

const network = `[Match]
Type=ether
Kind=!*

[Network]
Address=10.0.2.15/24
Gateway=10.0.2.2
IPv6AcceptRA=no
LinkLocalAddressing=no
`;

const readyUnit = `[Unit]
Description=Says on the console that the machine is ready
After=ssh.service network-online.target
Wants=network-online.target

[Service]
Type=oneshot
ExecStart=/bin/sh -c "echo ${readyLine} >/dev/ttyS0"

[Install]
WantedBy=multi-user.target
`;

/** Every file that makes Debian a machine of the lab. */
export function guestFiles(keys: GuestKeys): readonly GuestFile[] {
  const text = (path: string, content: string, mode = 0o644): GuestFile => ({
    path,
    content,
    mode,
  });
  return [
    text('etc/hostname', `${guestName}\n`),
    text('etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${guestName}\n::1 localhost\n`),
    text('etc/fstab', '/dev/vda / ext4 defaults 0 1\n'),
    text('etc/machine-id', `${'b'.repeat(32)}\n`, 0o444),
    // Nobody answers: names fail at once instead of after a wait.
    text('etc/resolv.conf', 'nameserver 127.0.0.1\n'),
    text('etc/apt/sources.list', `deb [trusted=yes] file:${debRepository} ./\n`),
    text('etc/systemd/network/10-lab.network', network),
    text('etc/systemd/system/berth-lab-ready.service', readyUnit),
    text('etc/ssh/ssh_host_ed25519_key', keys.hostPrivateKey, 0o600),
    text('etc/ssh/ssh_host_ed25519_key.pub', `${keys.hostPublicKey}\n`),
    text('etc/ssh/sshd_config.d/lab.conf', 'HostKey /etc/ssh/ssh_host_ed25519_key\nUseDNS no\n'),
    text('root/.ssh/authorized_keys', `${keys.clientPublicKey}\n`, 0o600),
    text('root/.npmrc', `cache=${npmCache}\noffline=true\nupdate-notifier=false\n`),
  ];
}

/** Commands for the root file system that go with the files. */
export const guestSetup: readonly string[] = [
  // Only the lab's host key stays; sshd would offer the others.
  'find /etc/ssh -name "ssh_host_*" ! -name "ssh_host_ed25519_key*" -delete',
  'systemctl enable --quiet systemd-networkd.service ssh.service berth-lab-ready.service',
  `systemctl mask --quiet ${maskedUnits.join(' ')}`,
  'chmod 700 /root/.ssh',
  'apt-get update -qq',
];
