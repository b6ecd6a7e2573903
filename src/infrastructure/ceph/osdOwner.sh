#!/bin/sh
# Managed by Cloudwright; changes are put back at the next apply.
# Gives an OSD its block device before it starts: without udev in charge of it, its owner is root again after a boot.
# Usage: cloudwright-osd-owner RECORD USER. The record, which only root can write, holds the path of the device.
set -u

record=$1
user=$2
# An OSD of an earlier version has no record until the next apply, and a trial's device is a file.
if ! [ -s "$record" ]; then exit 0; fi
device=$(readlink -f -- "$(cat -- "$record")") || exit 0
if [ -b "$device" ]; then chown -- "$user:" "$device"; fi
