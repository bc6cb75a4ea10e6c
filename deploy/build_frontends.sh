#!/bin/bash
# Builds the two frontends, the web application (web/dist) and the OHIF viewer (viewer/dist), with the
# Node of requirements-build.txt. What is built from these sources already is left alone.
# --development: the packages of the browser tests too. --check: only tell whether all is built.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
folders=(web viewer)
check=false
for argument in "$@"; do
    case $argument in
        --development) folders+=(tests/web) ;;
        --check) check=true ;;
        *)
            echo "usage: deploy/build_frontends.sh [--development] [--check]" >&2
            exit 2
            ;;
    esac
done
export PATH="$PWD/.venv/bin:$PATH"

hash_of() { # FILE OR FOLDER...
    find "$@" \( -name node_modules -o -name dist -o -name .cache \) -prune -o -type f -print0 |
        LC_ALL=C sort --zero-terminated | xargs --null sha256sum | sha256sum | cut --characters 1-16
}
sources_of() {
    hash_of "$1" docs/openapi.yaml requirements-build.txt deploy/build_frontends.sh
}
is_current() { # FOLDER SOURCES
    local product=$1/dist/index.html
    if [ "$1" = tests/web ]; then product=$1/node_modules; fi
    [ -e "$product" ] && [ "$(cat ".run/frontends/${1/\//-}" 2>/dev/null)" = "$2" ]
}
install_packages() { # FOLDER
    local stamp=$1/node_modules/.lock-hash lock
    lock=$(hash_of "$1/package-lock.json" requirements-build.txt)
    if [ "$(cat "$stamp" 2>/dev/null)" != "$lock" ]; then
        npm --prefix "$1" ci --ignore-scripts --no-audit --no-fund
        echo "$lock" >"$stamp"
    fi
}

mkdir -p .run/frontends
if ! $check; then
    exec 9>.run/frontends/lock
    flock 9
fi
for folder in "${folders[@]}"; do
    if [ ! -f "$folder/package.json" ]; then continue; fi
    sources=$(sources_of "$folder")
    if is_current "$folder" "$sources"; then continue; fi
    if $check; then exit 1; fi
    echo "== $folder"
    if [ -f "$folder/package-lock.json" ]; then install_packages "$folder"; fi
    npm --prefix "$folder" run --if-present build
    echo "$sources" >".run/frontends/${folder/\//-}"
done
