# shellcheck shell=bash
# Sourced by bin/up and bin/test: makes sure that there is a Python to run the rest with.
if [ ! -x /usr/bin/python3 ]; then
    if ! command -v apt-get >/dev/null; then
        echo "This system is not supported: use Debian 12 or later, or Ubuntu 24.04 or later." >&2
        exit 1
    fi
    sudo=()
    if [ "$(id -u)" != 0 ]; then sudo=(sudo); fi
    if [ "$(id -u)" != 0 ] && ! { command -v sudo >/dev/null && sudo -v; }; then
        echo "No right to install python3: run this command as root or as a user with sudo." >&2
        exit 1
    fi
    echo "installing python3 ..."
    mkdir -p .run/log
    if ! "${sudo[@]}" deploy/native/apt-install.sh python3 >>.run/log/apt.log 2>&1; then
        echo "python3 could not be installed; is there a network? See .run/log/apt.log." >&2
        exit 1
    fi
fi
