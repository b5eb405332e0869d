#!/bin/sh
# Installs berth @VERSION@ from the folder of this file to @HOME@, then runs "berth up" with the arguments given.
# With --install-only it stops before that; with --dry-run it installs nothing, and "berth up" shows
# what it would do if it were installed. Needs root and no network; POSIX shell, because on a
# bare host there may be nothing else. "berth down --purge" takes all of it away again. With --json, which is for "berth
# up" as well, standard output is one JSON document: what this says goes to standard error.
set -eu
# What is made here is for everyone to read, whoever calls this.
umask 022

version='@VERSION@'
machine='@MACHINE@'
opt=/opt
home=$opt/berth
target=$home/$version
command=/usr/local/bin/berth
staging=$home/.new-$$
old=$home/.old-$$
lock=$home/.lock
# Folders that did not exist before: whoever removes berth removes them too.
record=$home/folders-made

case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
  zh*) chinese=yes ;;
  *) chinese= ;;
esac

json=
dry=
only=
help=
for argument; do
  shift
  case $argument in
    --json) json=yes ;;
    --dry-run) dry=yes ;;
    # The only one that is not of "berth up", too.
    --install-only)
      only=yes
      continue
      ;;
    -h | --help) help=yes ;;
  esac
  set -- "$@" "$argument"
done

tell() {
  if [ -n "$chinese" ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi
}

# say message message-zh: how it went, for people.
say() {
  if [ -n "$json" ]; then tell "$1" "$2" >&2; else tell "$1" "$2"; fi
}

# A string of JSON.
quoted() {
  printf '"%s"' "$(tell "$1" "$2" | tr '\001-\037' ' ' | sed 's/[\\"]/\\&/g; s/ $//')"
}

# fail CODE message message-zh remedy remedy-zh
fail() {
  {
    printf 'berth: %s: ' "$1"
    tell "$2" "$3"
    tell "  remedy: $4" "  解决办法：$5"
  } >&2
  if [ -n "$json" ]; then
    printf '{"error":{"code":"%s","message":%s,"remedy":%s}}\n' "$1" "$(quoted "$2" "$3")" "$(quoted "$4" "$5")"
  fi
  exit 1
}

locked=
made_opt=
made_home=
checking=

# Nothing half-made stays, however this ends; only SIGKILL leaves something, which the next run clears away.
clean() {
  [ -n "$locked" ] || return 0
  [ -z "$checking" ] || kill "$checking" 2>/dev/null || :
  [ -d "$target" ] || [ ! -d "$old" ] || mv "$old" "$target"
  rm -rf "$staging" "$old"
  if [ -n "$made_home" ]; then rm -f "$record"; fi
  rm -f "$lock"
  [ -z "$made_home" ] || rmdir "$home" 2>/dev/null || :
  [ -z "$made_opt" ] || rmdir "$opt" 2>/dev/null || :
}
trap clean EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 131' QUIT
trap 'exit 141' PIPE
trap 'exit 143' TERM

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)

if [ "$(uname -m)" != "$machine" ]; then
  fail BUNDLE_ARCH_UNAVAILABLE "this bundle is for \"$machine\"; the processor here is \"$(uname -m)\"" \
    "此安装包适用于\"$machine\"；本机处理器为\"$(uname -m)\"" \
    'take the bundle that is made for this processor' '请使用为本机处理器制作的安装包'
fi
if [ -n "$help" ]; then exec "$here/bin/berth" up --help; fi
if [ "$(id -u)" != 0 ]; then
  fail NOT_ROOT "install.sh was run by user id \"$(id -u)\"; wanted root (0), because it changes the host" \
    "install.sh 由用户 ID \"$(id -u)\" 运行；由于会更改主机，需要 root（0）" \
    'run it with sudo: sudo sh install.sh' '请使用 sudo 运行：sudo sh install.sh'
fi
for tool in sha256sum cp mv ln df du tr grep sed sync; do
  command -v "$tool" >/dev/null 2>&1 || fail COMMAND_FAILED "there is no \"$tool\" here; wanted coreutils or busybox" \
    "找不到\"$tool\"；需要 coreutils 或 busybox" "install what has \"$tool\"" "请安装提供\"$tool\"的软件包"
done
for part in SHA256SUMS manifest.json bin/node berth.js; do
  [ -f "$here/$part" ] || fail BUNDLE_CORRUPT "\"$part\" is missing beside install.sh; wanted a whole bundle" \
    "install.sh 旁边缺少\"$part\"；需要完整的安装包" 'unpack the archive again' '请重新解压安装包'
done

if [ -n "$dry" ] && [ -n "$only" ]; then
  fail USAGE '"--install-only" and "--dry-run" were both given; wanted at most one of them' \
    '同时给出了"--install-only"和"--dry-run"；最多只能使用其中一个' \
    'leave one of them out' '请去掉其中一个'
fi
if [ -n "$dry" ]; then exec "$here/bin/berth" up --as-installed "$@"; fi

take_lock() {
  [ -d "$opt" ] || { mkdir "$opt" && made_opt=yes; }
  [ -d "$home" ] || { mkdir "$home" 2>/dev/null && made_home=yes; } || [ -d "$home" ]
  # A link appears whole, with the holder's process id in it.
  ln -s "$$" "$lock" 2>/dev/null && locked=yes && return 0
  holder=$(readlink "$lock" 2>/dev/null || :)
  # Killed, it is gone, a zombie without a command line, or another program has its number by now.
  if [ -n "$holder" ] && { tr '\0' ' ' <"/proc/$holder/cmdline"; } 2>/dev/null | grep -q 'install\.sh'; then
    fail UP_RUNNING "another install.sh, process $holder, is at work; wanted to be the only one" \
      "另一个 install.sh（进程 $holder）正在运行；同一时间只能运行一个" \
      'wait until it has ended, then try again' '请等待其结束后重试'
  fi
  rm -f "$lock"
  ln -s "$$" "$lock" && locked=yes
}

cannot_write() {
  fail BUNDLE_NOT_INSTALLED "\"$1\" cannot be written, see above; nothing was installed" \
    "无法写入\"$1\"，原因见上；未安装任何内容" \
    "make its file system writable and see that it has room (df -k $opt)" \
    "请确保其文件系统可写且空间充足（df -k $opt）"
}

free_kib() {
  df -Pk "$1" | {
    read -r _
    read -r _ _ _ free _
    echo "$free"
  }
}

is_whole() {
  (cd "$1" && sha256sum -c SHA256SUMS >/dev/null 2>&1)
}

# cmp(1) is of diffutils, which a bare host need not have.
is_same() {
  [ -f "$2" ] && [ "$(sha256sum <"$1")" = "$(sha256sum <"$2")" ]
}

# understands folder argument...: ends this where the berth in there does not take what it will be asked for, for afterwards
# would be late. $started is the version that it says it is.
understands() {
  from=$1
  shift
  status=0
  said=$("$from/bin/berth" up --only-options "$@") || status=$?
  started=${said%%
*}
  [ "$status" != 0 ] || return 0
  # 2: what the command line itself is refused with.
  if [ "$started" = "$version" ] || [ "$status" = 2 ]; then
    said=${said#"$version"}
    [ -z "$said" ] || printf '%s\n' "${said#
}"
    exit "$status"
  fi
  started=nothing
}

copy() {
  needed=$(($(du -sk "$here" | { read -r size _ && echo "$size"; }) + 1024))
  # In a chroot df(1) may not find the mount; then cp tells.
  free=$(free_kib "$home" 2>/dev/null) || free=
  if [ -n "$free" ] && [ "$free" -lt "$needed" ]; then
    fail BUNDLE_NOT_INSTALLED "$home has $((free / 1024)) MiB free; wanted $((needed / 1024)) MiB; nothing was installed" \
      "$home 可用空间为 $((free / 1024)) MiB；需要 $((needed / 1024)) MiB；未安装任何内容" \
      "make room there (df -k $home)" "请在此处腾出空间（df -k $home）"
  fi
  mkdir "$staging" || cannot_write "$staging"
  # At the same time: both read every byte, and each has a processor's work.
  (cd "$here" && exec sha256sum -c SHA256SUMS >/dev/null 2>&1) &
  checking=$!
  cp -R "$here/." "$staging/" || cannot_write "$staging"
  chmod -R u=rwX,go=rX "$staging"
  chown -R 0:0 "$staging" 2>/dev/null || :
  whole=yes
  wait "$checking" || whole=
  checking=
  if [ -z "$whole" ]; then
    damaged=$(cd "$here" && sha256sum -c SHA256SUMS 2>/dev/null | sed -n 's/: FAILED.*//p' | head -n 3 | tr '\n' ' ')
    damaged=${damaged% }
    fail BUNDLE_CORRUPT "these files do not have the digests of SHA256SUMS: ${damaged:-?}; nothing was installed" \
      "以下文件与 SHA256SUMS 中的摘要不符：${damaged:-?}；未安装任何内容" \
      'copy the archive to this host again and unpack it anew' '请重新将安装包复制到本机并解压'
  fi
  understands "$staging" "$@"
  if [ "$started" != "$version" ]; then
    fail BUNDLE_NOT_INSTALLED "berth does not start from \"$staging\" (it said \"$started\"), see above; nothing was installed" \
      "berth 无法从\"$staging\"启动（输出为\"$started\"），原因见上；未安装任何内容" \
      "see whether $opt is mounted noexec (mount) and whether the kernel is 4.18 or newer (uname -r)" \
      "请检查 $opt 是否以 noexec 挂载（mount），以及内核是否为 4.18 或更高版本（uname -r）"
  fi
}

# Of two folders that change places none is ever half there, nor empty after a power cut: the bytes are on the disk first.
put_in_place() {
  sync
  if [ -e "$target" ]; then mv "$target" "$old" || cannot_write "$target"; fi
  mv "$staging" "$target" || cannot_write "$target"
  rm -rf "$old"
  ! command -v restorecon >/dev/null 2>&1 || restorecon -R "$target" 2>/dev/null || :
}

# One rename(2) where mv can do that; else a moment without the link.
point() {
  [ "$(readlink "$1" 2>/dev/null || :)" != "$2" ] || return 0
  ln -s "$2" "$1.new-$$"
  mv -fT "$1.new-$$" "$1" 2>/dev/null || { rm -f "$1" && mv -f "$1.new-$$" "$1"; }
}

make_folder() {
  [ -d "$1" ] && return 0
  make_folder "$(dirname "$1")"
  echo "$1" >>"$record"
  mkdir "$1"
}

link_command() {
  if [ -e "$command" ] || [ -L "$command" ]; then
    [ "$(readlink "$command" 2>/dev/null || :)" != "$home/current/bin/berth" ] || return 0
    tell "berth: \"$command\" is there already and stays as it is; this berth is $home/current/bin/berth" \
      "berth：\"$command\"已存在，保持不变；此 berth 位于 $home/current/bin/berth" >&2
    return 0
  fi
  { make_folder "$(dirname "$command")" && ln -s "$home/current/bin/berth" "$command"; } 2>/dev/null ||
    tell "berth: \"$command\" cannot be made; this berth is $home/current/bin/berth" \
      "berth：无法创建\"$command\"；此 berth 位于 $home/current/bin/berth" >&2
}

take_lock || cannot_write "$home"
rm -rf "$home"/.new-* "$home"/.old-*
[ -z "$made_opt" ] || echo "$opt" >>"$record" || cannot_write "$record"
if is_same "$here/SHA256SUMS" "$target/SHA256SUMS" && is_whole "$target"; then
  understands "$target" "$@"
  say "berth $version is installed already" "berth $version 已安装"
else
  copy "$@"
  put_in_place
fi
# From here on berth is installed: what was made for it stays.
made_home=
made_opt=
point "$home/current" "$version" || cannot_write "$home/current"
link_command
clean
locked=
# What "berth up" notes down of this host must not outlive berth.
sync
say "berth $version is in $target" "berth $version 已安装到 $target"

if [ -n "$only" ]; then exit 0; fi
# Every digest was compared above and the program started: "berth up" need not do the same again at once.
BERTH_PROVEN_BUNDLE=$version
export BERTH_PROVEN_BUNDLE
exec "$target/bin/berth" up "$@"
