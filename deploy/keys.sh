#!/bin/sh
# Makes the three keys that a new Ieum needs, 32 random bytes in hex each, and never touches one that is there:
# with another pseudonym_key nobody in the statistics is known any more. Usage: deploy/keys.sh DIRECTORY
set -eu
umask 077
mkdir -p "${1:?name a directory for the keys}"
for key in principal_key pseudonym_key session_key; do
  [ -s "$1/$key" ] || od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$1/$key"
done
# The mail server's passphrase goes in here, where it asks for one.
[ -e "$1/smtp_password" ] || : >"$1/smtp_password"
