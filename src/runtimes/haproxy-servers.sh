#!/bin/sh
# Prints `SECTION SERVER STATUS` for every server of the sections named, as haproxy itself sees them.
: "${socket?}"

perl -MIO::Socket::UNIX -e '
my ($path, @sections) = @ARGV;
my %wanted = map { $_ => 1 } @sections;
my $haproxy = IO::Socket::UNIX->new($path) or die "$path: $!\n";
print $haproxy "show stat -1 4 -1\n";
while (<$haproxy>) {
  next if /^#/ or /^\s*$/;
  my @column = split /,/;
  my ($section, $server, $status) = @column[0, 1, 17];
  next unless $wanted{$section};
  $status =~ s/ .*//;
  print "$section $server $status\n";
}
' "$socket" "$@"
