#!/bin/sh
# Prints `SECTION SERVER STATUS` for every server of the sections named, as haproxy itself sees them.
: "${socket?}"

# Each service asks: the object-oriented module would take seven times as long to load.
perl -MSocket -e '
my ($path, @sections) = @ARGV;
my %wanted = map { $_ => 1 } @sections;
my $haproxy;
socket($haproxy, PF_UNIX, SOCK_STREAM, 0) && connect($haproxy, pack_sockaddr_un($path)) or die "$path: $!\n";
syswrite $haproxy, "show stat -1 4 -1\n";
while (<$haproxy>) {
  next if /^#/ or /^\s*$/;
  my @column = split /,/;
  my ($section, $server, $status) = @column[0, 1, 17];
  next unless $wanted{$section};
  $status =~ s/ .*//;
  print "$section $server $status\n";
}
' "$socket" "$@"
