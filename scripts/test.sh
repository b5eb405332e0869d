#!/bin/sh
# `npm test`: installs what the tests need (npm packages and, as root on Debian, the real peers), then runs vitest.
set -eu
scripts=$(dirname -- "$(readlink -f -- "$0")")
. "$scripts/bootstrap.sh"
. "$scripts/peers.sh"
cd "$ROOT"

# Real components that the tests run against: command, then the Debian package that has it.
install_peers objdump:binutils aarch64-linux-gnu-objdump:binutils-aarch64-linux-gnu \
  qemu-aarch64-static:qemu-user-static docker:docker.io busybox:busybox-static newuidmap:uidmap podman:podman conmon:conmon ip:iproute2 nft:nftables dig:bind9-dnsutils \
  setpriv:util-linux capsh:libcap2-bin skopeo:skopeo docker-registry:docker-registry openssl:openssl \
  /usr/bin/docker-compose:docker-compose strace:strace script:bsdutils systemd-analyze:systemd zstd:zstd dockerd:docker.io openrc:openrc \
  sshd:openssh-server sudo:sudo zsh:zsh fish:fish \
  apt-ftparchive:apt-utils gpg:gnupg dnf:dnf createrepo_c:createrepo-c rpmbuild:rpm zypper:zypper \
  pacman:pacman-package-manager vercmp:makepkg bsdtar:libarchive-tools \
  ufw:ufw firewall-cmd:firewalld dbus-daemon:dbus iptables:iptables mkfs.ext4:e2fsprogs

exec "$NODE" --disable-warning=ExperimentalWarning node_modules/vitest/vitest.mjs run "$@"
