#!/bin/sh
# The certbot container of TLS_MODE=acme: asks for a certificate at once, then looks twice a day
# whether it is time for the next. nginx shows the answer to the challenge and takes what comes.
set -u
trap 'exit 0' TERM INT
host=${PUBLIC_HOST%%:*}
while :; do
    if [ -n "$ACME_EMAIL" ]; then set -- --email "$ACME_EMAIL"; else set -- --register-unsafely-without-email; fi
    if certbot certonly --non-interactive --agree-tos --keep-until-expiring --cert-name cdss \
        --webroot --webroot-path /acme/webroot --domain "$host" --server "$ACME_DIRECTORY" \
        --config-dir /acme --work-dir /tmp --logs-dir /tmp "$@"; then
        pause=43200
    else
        pause=600 # an authority counts failures
    fi
    sleep "$pause" &
    wait $!
done
