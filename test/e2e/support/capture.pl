# Usage: capture.pl DEVICE FOLDER MARK
# Writes every packet of an interface to a file of FOLDER, until SIGTERM; then prints how many the kernel gave and how
# many it dropped. DEVICE.control: those with the text MARK. DEVICE.loopback: between addresses of 127.0.0.0/8 or ::1.
# DEVICE.vrrp: VRRP. DEVICE.rest: all others. Perl is on every Debian; tcpdump is not.
use strict;
use warnings;
use Errno qw(EINTR);

my ($device, $folder, $mark) = @ARGV;
# linux/if_packet.h, linux/if_ether.h, asm-generic/socket.h
my ($AF_PACKET, $SOCK_RAW, $ETH_P_ALL, $SOL_PACKET, $OUTGOING) = (17, 3, 0x0300, 263, 4);
my ($SIOCGIFINDEX, $RCVBUFFORCE, $MSG_DONTWAIT) = (0x8933, 33, 0x40);

# No protocol before the socket is bound: it would hear all interfaces.
socket(my $socket, $AF_PACKET, $SOCK_RAW, 0) or die "no capture: $!";
my $request = pack('Z16 x24', $device);
ioctl($socket, $SIOCGIFINDEX, $request) or die "$device: $!";
my $index = unpack('x16 i', $request);
setsockopt($socket, 1, $RCVBUFFORCE, pack('i', 128 << 20)) or die "no buffer: $!";
# A bridge gives what it forwards only to those who ask for all.
setsockopt($socket, $SOL_PACKET, 1, pack('i S S a8', $index, 1, 0, '')) or die "not promiscuous: $!";
bind($socket, pack('S S i S C C a8', $AF_PACKET, $ETH_P_ALL, $index, 0, 0, 0, '')) or die "bind: $!";

my %files;
for my $class (qw(control loopback vrrp rest)) {
  open($files{$class}, '>', "$folder/$device.$class") or die "$folder: $!";
}

sub class {
  return 'control' if index($_[0], $mark) >= 0;
  my $type = unpack('x12 n', $_[0]) // 0;
  if ($type == 0x0800 && length $_[0] >= 34) {
    return 'loopback' if substr($_[0], 26, 1) eq "\x7f" && substr($_[0], 30, 1) eq "\x7f";
    return 'vrrp' if substr($_[0], 23, 1) eq "\x70";
  }
  if ($type == 0x86dd && length $_[0] >= 54) {
    my $one = ("\0" x 15) . "\1";
    return 'loopback' if substr($_[0], 22, 16) eq $one && substr($_[0], 38, 16) eq $one;
  }
  return 'rest';
}

my $stopped = 0;
$SIG{TERM} = sub { $stopped = 1 };
$| = 1;
print "ready\n";

my $packet;
while (1) {
  my $from = recv($socket, $packet, 262144, $stopped ? $MSG_DONTWAIT : 0);
  if (!defined $from) {
    # What was already heard is still read after the signal.
    last if $stopped && $! != EINTR;
    next if $! == EINTR;
    die "recv: $!";
  }
  # On the loopback interface each packet passes twice.
  next if $device eq 'lo' && unpack('x10 C', $from) == $OUTGOING;
  my $file = $files{class($packet)};
  print $file $packet, "\n";
}
close $_ or die "write: $!" for values %files;
my ($packets, $drops) = unpack('I I', getsockopt($socket, $SOL_PACKET, 6));
print "$packets $drops\n";
