#!/bin/bash
# The one shot before everything in compose, as root and without a network: refuses weak secrets,
# renders the configuration files, and gives the volumes to the user of the processes.
# Called by deploy/run.sh, which has made variables of the secrets.
set -euo pipefail
python=$CDSS_PYTHON
export CDSS_LISTEN="8443 ssl http2" NGINX_EDGE="include /config/edge/*.conf;" TLS_MODE=${TLS_MODE:-off} \
    TLS_CERTIFICATE=/tmp/tls/fullchain.pem TLS_KEY=/tmp/tls/privkey.pem # where nginx/run.sh puts them
edge=(health)

refuse() {
    echo "NeuroNova does not start, TLS_MODE=$TLS_MODE: $*" >&2
    exit 1
}
case $TLS_MODE in
    off) # in development, or where TLS ends in front: then PUBLIC_SCHEME is https all the same
        CDSS_LISTEN=8080
        if [ -n "${TRUSTED_PROXY:-}" ]; then
            edge+=(proxy)
        elif [ "$CDSS_ENV" = prod ]; then
            refuse "production does not speak in clear text. Set TLS_MODE to files, acme or cloudflare, or" \
                "set TRUSTED_PROXY to the address or network of the proxy at which TLS ends."
        fi
        ;;
    files | cloudflare)
        for file in fullchain.pem privkey.pem; do
            if [ ! -s "/tls/$file" ]; then refuse "there is no $file in the directory of CDSS_TLS"; fi
        done
        edge+=(tls redirect)
        if [ "$TLS_MODE" = cloudflare ]; then edge+=(cloudflare); fi
        if [ "$TLS_MODE" = cloudflare ] && [ -s /tls/origin-pull-ca.pem ]; then edge+=(origin_pull); fi
        ;;
    acme)
        edge+=(tls redirect)
        mkdir -p /volumes/acme/webroot
        ;;
    *) refuse "must be off, files, acme or cloudflare" ;;
esac
if [ "$CDSS_ENV" = prod ]; then "$python" -m deploy.check_secrets; fi

export DJANGO_ADDRESS=django:8000 GATEWAY_ADDRESS=gateway:8002 PICTURES_ADDRESS=pictures:8003 \
    WS_ADDRESS=ws:8001 ORTHANC_ADDRESS=orthanc:8042 NGINX_USER="" NGINX_RUN_DIR=/var/lib/nginx \
    NGINX_MIME_TYPES=/etc/nginx/mime.types NGINX_ACCESS_LOG=/dev/stdout NGINX_WWW_DIR=/www API_DOCS_DIR=/api_docs \
    WEB_DIR=/frontends/web VIEWER_DIR=/frontends/viewer STATIC_DIR=/static CDSS_DATA_DIR=/data \
    FRAME_CACHE_DIR=/frames \
    REDIS_BIND=0.0.0.0 REDIS_PORT=6379 REDIS_DIR=/data \
    ORTHANC_STORAGE_DIR=/data ORTHANC_INDEX_DIR=/data \
    ORTHANC_REMOTE_ACCESS=true ORTHANC_USERNAME=django INFERENCE_ORTHANC_USERNAME=inference \
    ORTHANC_PORT=8042 ORTHANC_DICOM_PORT=4242 ORTHANC_AET=NEURONOVA
render() { "$python" -m deploy.render "$1" "/config/$2"; }
render nginx/nginx.conf.template nginx/nginx.conf
render orthanc/orthanc.json.template orthanc/orthanc.json
render orthanc/grants.lua.template orthanc/grants.lua
render deploy/redis.conf.template redis/redis.conf
mkdir -p /config/nginx/edge
for name in "${edge[@]}"; do render "nginx/edge/$name.conf.template" "nginx/edge/$name.conf"; done
for file in /config/nginx/edge/*.conf; do # of another TLS_MODE
    if [[ " ${edge[*]} " != *" $(basename "$file" .conf) "* ]]; then rm "$file"; fi
done
chown -R 10001:10001 /config/*
for volume in /volumes/*; do # once: millions of images may be there
    if [ "$(stat -c %u "$volume")" != 10001 ]; then chown -R 10001:10001 "$volume"; fi
done
if [ -d /volumes/acme/webroot ]; then chown 10001:10001 /volumes/acme/webroot; fi
