# Runs a program under a seccomp filter (seccomp(2)) that answers ENOSYS to every system call newer than the number given:
#   perl old-kernel.pl NUMBER PROGRAM [ARGUMENT ...]
use strict;
use warnings;

my ($newest, @command) = @ARGV;
my %load  = (architecture => 4, number => 0);
my $allow = 0x7FFF0000;
my $enosys = 0x00050000 | 38;

# struct sock_filter: code, jump if true, jump if false, value.
sub instruction { return pack 'SCCL', @_ }
my $filter = join '',
    instruction(0x20, 0, 0, $load{architecture}),
    instruction(0x15, 0, 3, 0xC000003E),             # x86-64; whatever else may do all
    instruction(0x20, 0, 0, $load{number}),
    instruction(0x25, 0, 1, $newest),
    instruction(0x06, 0, 0, $enosys),
    instruction(0x06, 0, 0, $allow);
my $program = pack 'Sx6P', length($filter) / 8, $filter;

my ($prctl, $PR_SET_SECCOMP, $SECCOMP_MODE_FILTER) = (157, 22, 2);
syscall($prctl, $PR_SET_SECCOMP, $SECCOMP_MODE_FILTER, $program) == 0 or die "prctl: $!\n";
exec { $command[0] } @command or die "$command[0]: $!\n";
