#!/bin/sh
# Runs in the guest, as process 1: the suites that are asked for, their reports to the serial ports, and the end of the machine.
top=$(cd "$(dirname "$0")/../../.." && pwd)
PATH=$top/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp CI=1 NO_COLOR=1
export PATH HOME TMPDIR CI NO_COLOR
word() { sed -n "s/.*slipway\.$1=\([^ ]*\).*/\1/p" /proc/cmdline; }
# What loads profiles into the kernel's AppArmor.
busybox mount -t securityfs securityfs /sys/kernel/security
cp "$top/.cache/guest/sbin/apparmor_parser" /usr/sbin/
echo "guest: AppArmor $(cat /sys/module/apparmor/parameters/enabled)"
echo "guest: Linux $(uname -r), cgroup $(stat -fc %T /sys/fs/cgroup)"

native() { (cd /tmp && "$top/$(word native)" --no-colors=true); }
drivers() { vitests server --testTimeout 120000 --hookTimeout 120000 src/drivers/execdriver src/drivers/networkdriver; }
modules() { vitests e2e --config vitest.guest.config.ts; }
# The report is one line.
vitests() {
  folder=$1
  shift
  vitest run --root "$top/$folder" --reporter default --reporter json --outputFile.json /run/report.json "$@"
  ended=$?
  echo >>/run/report.json
  cat /run/report.json >/dev/ttyS1
  return $ended
}

for suite in $(word suites | tr , ' '); do
  echo "guest: $suite tests"
  $suite
  echo "guest: $suite tests ended with $?"
done
sync
busybox poweroff -f
