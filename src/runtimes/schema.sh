#!/bin/sh
# Brings one database's schema to the installed version. Done when the cloud's own table names that version and the
# schema's version table is filled: a migration cut in the middle leaves no row and runs again, which every OpenStack
# migration allows.
: "${act?}" "${database?}" "${table?}" "${installed?}"

version=$(eval "$installed")
if [ "$act" = compare ]; then
  # One question for both: a client costs more than what it asks.
  found=$(query "select version from cloudwright.migrations where name = '$database'; select 'filled' from $database.$table limit 1")
  [ "$found" = "$version
filled" ]
  exit
fi

set -e
eval "run $1"
query 'create database if not exists cloudwright'
query 'create table if not exists cloudwright.migrations (name varchar(64) primary key, version varchar(128) not null)'
query "replace into cloudwright.migrations values ('$database', '$version')"
