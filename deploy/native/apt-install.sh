#!/bin/bash
# Installs Debian packages without starting, stopping or enabling a service of this machine.
# As root: apt-install.sh PACKAGE...
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

policy=/usr/sbin/policy-rc.d
saved=$policy.before-neuronova
mark='# written by NeuroNova during an installation'

exec 9>/run/neuronova-apt.lock
flock 9

restore() {
    if [ -e "$saved" ]; then
        mv -f "$saved" "$policy"
    elif grep -qsF "$mark" "$policy"; then
        rm -f "$policy"
    fi
}
trap restore EXIT
trap 'exit 1' INT TERM HUP

restore # what a killed run may have left
if [ -e "$policy" ]; then mv "$policy" "$saved"; fi
printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
chmod 755 "$policy"

apt=(apt-get -q -y -o DPkg::Lock::Timeout=900 -o Acquire::Retries=3)
"${apt[@]}" update
"${apt[@]}" install --no-install-recommends --no-remove "$@"

# The packages enable their services for the next boot; this machine did not ask for them.
if command -v systemctl >/dev/null; then
    for package in "$@"; do
        case $package in
            nginx | redis-server | orthanc | mariadb-server)
                systemctl disable --quiet "${package/mariadb-server/mariadb}" 2>/dev/null || true ;;
            docker.io) systemctl disable --quiet docker.service docker.socket 2>/dev/null || true ;;
        esac
    done
fi
