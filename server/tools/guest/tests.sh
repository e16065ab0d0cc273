#!/bin/sh
# Runs in the guest, as process 1: the tests, their reports to the serial ports, and the end of the machine.
top=$(cd "$(dirname "$0")/../../.." && pwd)
PATH=$top/node_modules/.bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp CI=1 NO_COLOR=1
export PATH HOME TMPDIR CI NO_COLOR
# What loads profiles into the kernel's AppArmor.
busybox mount -t securityfs securityfs /sys/kernel/security
cp "$top/.cache/guest/sbin/apparmor_parser" /usr/sbin/
echo "guest: AppArmor $(cat /sys/module/apparmor/parameters/enabled)"
echo "guest: Linux $(uname -r), cgroup $(stat -fc %T /sys/fs/cgroup)"
echo 'guest: native tests'
(cd /tmp && "$top/$(sed -n 's/.*slipway\.native=\([^ ]*\).*/\1/p' /proc/cmdline)" --no-colors=true)
echo "guest: native tests ended with $?"
echo 'guest: driver tests'
vitest run --root "$top/server" --testTimeout 120000 --hookTimeout 120000 --reporter default --reporter json \
  --outputFile.json /run/report.json src/drivers/execdriver src/drivers/networkdriver
echo "guest: driver tests ended with $?"
cat /run/report.json >/dev/ttyS1
sync
busybox poweroff -f
