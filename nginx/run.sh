#!/bin/bash
# nginx in a container. It learns addresses, certificates and settings only while it reads its
# configuration, and they change: a container that starts again may get another address, a
# certificate is renewed. So it reloads when they have.
set -uo pipefail
config=/config/nginx.conf
mapfile -t hosts < <(sed -n 's/^ *upstream [a-z_]* { server \([a-z0-9.-]*\):.*/\1/p' "$config")
source=/tls # of the hospital
if [ "${TLS_MODE:-}" = acme ]; then source=/acme/live/cdss; fi # of certbot

fingerprint() {
    getent ahostsv4 "${hosts[@]}" | sort --unique
    cat "$config" /config/edge/*.conf "$source/fullchain.pem" 2>/dev/null | cksum
}

# Copies the certificate to where the configuration names it. Until certbot has one, nginx needs
# some other: it is what answers certbot's challenge.
put_certificate() {
    grep -qs ssl_certificate /config/edge/*.conf || return 0
    mkdir -p /tmp/tls
    if [ -r "$source/fullchain.pem" ] && [ -r "$source/privkey.pem" ]; then
        cp -L "$source/fullchain.pem" "$source/privkey.pem" /tmp/tls/
        return
    fi
    if [ "${TLS_MODE:-}" != acme ]; then
        echo "fullchain.pem and privkey.pem cannot be read: user 10001 must be able to" >&2
        return 1
    fi
    openssl req -x509 -newkey rsa:2048 -nodes -days 7 -subj /CN=waiting-for-a-certificate \
        -keyout /tmp/tls/privkey.pem -out /tmp/tls/fullchain.pem 2>/dev/null
}
nginx() { command nginx -e stderr -c "$config" "$@"; }

umask 077
put_certificate
seen=$(fingerprint)
until complaint=$(nginx -t -q 2>&1); do # until every name is known
    if [ "${said:-}" != "$complaint" ]; then echo "waiting: $complaint" >&2; fi
    said=$complaint
    sleep 1
    seen=$(fingerprint)
done
command nginx -e stderr -c "$config" -g 'daemon off;' &
server=$!
stop() { # what is being answered may end; an open web socket would not
    kill -QUIT $server
    (sleep 20 && kill -TERM $server 2>/dev/null) &
}
trap stop TERM QUIT INT
while kill -0 $server 2>/dev/null; do
    sleep 2 &
    wait $!
    now=$(fingerprint)
    if [ "$now" != "$seen" ] && put_certificate && nginx -t -q 2>/dev/null; then
        kill -HUP $server && seen=$now
    fi
done
wait $server
