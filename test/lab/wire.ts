import { Readable } from 'node:stream';
import type { LabMachine } from './machine/lab-machine.ts';

/** Runs a command at the other end of the machine's wire. */
export const outside = 'ip netns exec outside';

/**
 * A wire of the machine to another host, which is a network namespace. The machine is 192.0.2.1 and fd00:2::1 at `wire0`; the other
 * is 192.0.2.2 and fd00:2::2, the router 10.9.0.254 of the LAN, 10.50.0.1 in the VLAN 50, and sends packets for 10.60.0.0/24 here.
 */
const lay = `
  ip netns add outside
  ip link add wire0 type veth peer name lan netns outside
  ip address add 192.0.2.1/24 dev wire0
  ip address add fd00:2::1/64 dev wire0 nodad
  ip link set wire0 up
  there() { ${outside} ip "$@"; }
  there link set lo up
  there link add link lan name lan.50 type vlan id 50
  for at in 192.0.2.2/24 10.9.0.254/24; do there address add $at dev lan; done
  there address add fd00:2::2/64 dev lan nodad
  there address add 10.50.0.1/24 dev lan.50
  there link set lan up
  there link set lan.50 up
  there route add 10.60.0.0/24 via 192.0.2.1
`;

/**
 * Says who asked: `sctp.pl serve ADDRESS PORT` answers, `sctp.pl ask ADDRESS PORT` prints the answer. With Debian's perl, as
 * neither busybox nor Node.js know SCTP (IPPROTO_SCTP of netinet/in.h is 132).
 */
const echo = `
use strict; use Socket qw(:all);
my ($verb, $host, $port) = @ARGV;
$SIG{ALRM} = sub { die "no answer\\n" };
my $six = $host =~ /:/;
my $place = $six
  ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $host)) : pack_sockaddr_in($port, inet_aton($host));
socket(my $socket, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 132) or die "socket: $!\\n";
if ($verb eq 'serve') {
  bind($socket, $place) or die "bind: $!\\n";
  listen($socket, 16) or die "listen: $!\\n";
  $| = 1; print "listening\\n";
  while (my $peer = accept(my $client, $socket)) {
    my (undef, $who) = getnameinfo($peer, NI_NUMERICHOST);
    sysread($client, my $got, 100); syswrite($client, $who); close $client;
  }
}
alarm 20;
connect($socket, $place) or do { print "$!\\n"; exit };
syswrite($socket, 'who am I?'); sysread($socket, my $got, 100); print "$got\\n";
`;

/** Where the echo program is, on the machine and in containers with `withPerl`. */
export const sctp = '/usr/bin/perl /root/sctp.pl';

/** Options of `docker run` that put the machine's perl and the program into a container of busybox. */
export const withPerl =
  '-v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro -v /root/sctp.pl:/root/sctp.pl:ro';

/** Puts the wire and the echo program on a machine; a wire is gone after a reboot. */
export async function layWire(machine: LabMachine): Promise<void> {
  await machine.must('cat >/root/sctp.pl', { input: Readable.from([echo]) });
  await machine.must(`set -e\n${lay}`);
}

/** All that networks change on a host, by subject, without what the machine itself may change meanwhile. */
export async function networkState(machine: LabMachine): Promise<Readonly<Record<string, string>>> {
  const subjects = {
    settings:
      "sysctl -a 2>/dev/null | grep -E '^net\\.(ipv[46]\\.(conf|ip_forward)|bridge)' | grep -v stable_secret",
    interfaces: "ip -o link; ip -o address | sed 's/valid_lft.*//'",
    routes: 'ip route show table all; ip -6 route show table all; ip rule; ip -6 rule',
    namespaces: 'ip netns; lsns --noheadings --type net --output TYPE,COMMAND',
    rules: 'nft --stateless list ruleset',
    folders: 'ls -d /run/berth /var/lib/berth 2>/dev/null || true',
  };
  const state: Record<string, string> = {};
  for (const [subject, command] of Object.entries(subjects))
    state[subject] = await machine.must(`{ ${command}; } | LC_ALL=C sort`);
  return state;
}
