#!/bin/bash
# Makes the secrets of docker-compose.prod.yml: deploy/make_secrets.sh [DIRECTORY], else ./secrets.
# One file each; what is there stays. Only root enters the directory, and a container is shown no
# file but its own, which is why the files themselves are readable.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
directory=${1:-${CDSS_SECRETS:-secrets}}
mkdir -p "$directory"
chmod 700 "$directory"
for name in secret_key jwt_signing_key audit_hmac_key audit_signing_key database_password \
    database_owner_password database_seal_password redis_password redis_web_password \
    redis_worker_password redis_audit_password redis_seal_password redis_ws_password \
    redis_beat_password redis_flower_password orthanc_password inference_orthanc_password inference_token hapi_token \
    openemr_password; do
    if [ ! -s "$directory/$name" ]; then
        (umask 077 && head -c 36 /dev/urandom | base64 | tr '+/' '-_' | tr -d '\n' >"$directory/$name")
        chmod 444 "$directory/$name"
        echo "made $directory/$name"
    fi
done
# The hospital's own: its account at the object store of signed heads, where there is one.
for name in audit_object_access_key audit_object_secret_key; do
    if [ ! -e "$directory/$name" ]; then
        install -m 444 /dev/null "$directory/$name"
    fi
done
