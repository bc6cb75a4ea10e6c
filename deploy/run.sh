#!/bin/bash
# One command line per process: supervisord (bin/up, bin/test) and the compose files both call
# this, so a process runs the same way everywhere. Settings come from the environment alone.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
role=${1:?role}
shift

# Secrets given as files (compose) become variables of this one process.
if [ -n "${CDSS_SECRETS_DIR:-}" ]; then
    for file in "$CDSS_SECRETS_DIR"/*; do
        name=$(basename "$file")
        if [[ $name =~ ^[a-z_]+$ ]]; then export "${name^^}=$(cat "$file")"; fi
    done
fi
quoted() { # TEXT as a part of a URL
    local LC_ALL=C text=$1 i out=
    for ((i = 0; i < ${#text}; i++)); do
        case ${text:i:1} in
            [A-Za-z0-9_.~-]) out+=${text:i:1} ;;
            *) out+=$(printf '%%%02X' $(($(printf '%d' "'${text:i:1}") & 255))) ;;
        esac
    done
    echo "$out"
}
if [ -n "${DATABASE_HOST:-}" ] && [ -n "${DATABASE_PASSWORD:-}" ] && [ -z "${DATABASE_URL:-}" ]; then
    password=$(quoted "$DATABASE_PASSWORD")
    export DATABASE_URL="mysql://cdss_app:$password@$DATABASE_HOST:3306/cdss_db"
fi
if [ -n "${DATABASE_HOST:-}" ] && [ -n "${DATABASE_OWNER_PASSWORD:-}" ] && [ -z "${DATABASE_OWNER_URL:-}" ]; then
    password=$(quoted "$DATABASE_OWNER_PASSWORD")
    export DATABASE_OWNER_URL="mysql://cdss_owner:$password@$DATABASE_HOST:3306/cdss_db"
fi
if [ -n "${DATABASE_HOST:-}" ] && [ -n "${DATABASE_SEAL_PASSWORD:-}" ] && [ -z "${DATABASE_URL:-}" ]; then
    password=$(quoted "$DATABASE_SEAL_PASSWORD")
    export DATABASE_URL="mysql://cdss_seal:$password@$DATABASE_HOST:3306/cdss_db"
fi
if [ -n "${REDIS_HOST:-}" ] && [ -n "${REDIS_PASSWORD:-}" ] && [ -z "${REDIS_URL:-}" ]; then
    password=$(quoted "$REDIS_PASSWORD")
    export REDIS_URL="redis://${REDIS_USER:-}:$password@$REDIS_HOST:6379"
fi

python=${CDSS_PYTHON:-$PWD/.venv/bin/python}
bind=${CDSS_BIND:-127.0.0.1}

# Development in containers: the code is mounted, and what runs it starts again when it changes.
if [ -n "${CDSS_RELOAD:-}" ] && [[ $role =~ ^(django|gateway|pictures|ws|worker-.*|beat)$ ]]; then
    unset CDSS_RELOAD
    mapfile -t apps <cdss_backend/apps.txt
    exec "$python" -m watchfiles --filter python --sigint-timeout 10 --target-type command \
        "deploy/run.sh $role" cdss_backend "${apps[@]}"
fi

worker() { # QUEUE NAME CONCURRENCY
    # -W: Celery's four lines of plain text about root, which is who runs it in development
    exec "$python" -W ignore::UserWarning:celery.platforms -m celery --quiet -A cdss_backend worker \
        -Q "$1" -n "$2@%h" -c "$3" --without-gossip --without-mingle --loglevel INFO
}

granian() { # PORT OPTIONS; with one thread for the connections, since passing them on costs more
    exec "$python" -m granian --interface wsgi cdss_backend.wsgi:application --host "$bind" \
        --port "$@" --runtime-mode st --http 1 --no-ws --respawn-failed-workers \
        --log-level warning --log-config deploy/logging.json
}

case $role in
    django)
        exec "$python" -m gunicorn cdss_backend.wsgi --bind "$bind:${DJANGO_PORT:-8000}" \
            --worker-class gthread --workers 2 --threads 8 --timeout 300 --graceful-timeout 30 \
            --keep-alive 30 --limit-request-line 0 --worker-tmp-dir /dev/shm --no-control-socket \
            --log-config-json deploy/logging.json
        ;;
    gateway) # the pixel path: the same application on a server whose own share is a tenth
        granian "${GATEWAY_PORT:-8002}" --workers 2 --blocking-threads "${GATEWAY_THREADS:-4}"
        ;;
    pictures) # drawing holds up neither frames nor the API
        granian "${PICTURES_PORT:-8003}" --workers 1 --blocking-threads 4
        ;;
    ws)
        exec "$python" -m uvicorn cdss_backend.asgi:application --host "$bind" \
            --port "${WS_PORT:-8001}" --no-access-log --timeout-graceful-shutdown 5 --lifespan off \
            --log-config deploy/logging.json
        ;;
    worker-archive) worker archive_tasks worker-archive 1 ;;
    worker-audit) # the one that seals; three at once: neither a verification nor a slow copy keeps a seal waiting
        : "${AUDIT_HMAC_KEY:?}" "${AUDIT_SIGNING_KEY:?}" "${AUDIT_HEADS_FILE:?}"
        worker audit_tasks worker-audit 3
        ;;
    worker-django) worker django_tasks worker-django 2 ;;
    worker-fastapi) worker fastapi_tasks worker-fastapi 1 ;;
    worker-fhir) worker fhir_tasks worker-fhir 2 ;;
    worker-image) worker image_tasks worker-image 1 ;;
    beat)
        exec "$python" -m celery --quiet -A cdss_backend beat --loglevel INFO --pidfile=
        ;;
    query) exec "$python" manage.py serve_queries ;;
    mllp) exec "$python" manage.py mllp ;;
    inference)
        cd inference
        exec "${CDSS_INFERENCE_PYTHON:-$OLDPWD/.venv-inference/bin/python}" -m uvicorn \
            --factory app.main:create_app --host "$bind" --port "${INFERENCE_PORT:-8500}" --no-access-log \
            --timeout-graceful-shutdown 10 ${CDSS_RELOAD:+--reload --reload-dir app}
        ;;
    hapi)
        export HAPI_BIND=$bind
        read -ra options <<<"${HAPI_JAVA_OPTIONS:-}"
        exec java "-Xmx${HAPI_HEAP:-768m}" -XX:+UseSerialGC -XX:+ExitOnOutOfMemoryError \
            "${options[@]}" -jar hapi/target/hapi-r4-jpa.jar "$@"
        ;;
    mariadb) exec mariadbd --defaults-file="$MARIADB_CONF" ;;
    redis) exec redis-server "$REDIS_CONF" ;;
    orthanc) # its log is where ris/modality/associations.py reads who called
        exec env LD_PRELOAD="$ORTHANC_PRELOAD" Orthanc --verbose-dicom "$ORTHANC_CONF" \
            > >(exec tee -a "$ARCHIVE_LOG_FILE") 2>&1
        ;;
    nginx) exec nginx -c "$NGINX_CONF" -g 'daemon off;' ;;
    manage) exec "$python" manage.py "$@" ;;
    ping) exec "$python" -m celery -A cdss_backend inspect ping -d "$1@$HOSTNAME" --timeout 20 ;;
    migrate) # with the account that may change tables
        export CDSS_DATABASE_ROLE=owner
        "$python" manage.py migrate --no-input
        "$python" manage.py grant_app_role
        "$python" manage.py make_signing_certificate
        "$python" manage.py collectstatic --no-input
        "$python" manage.py write_schema
        ;;
    flower) # needs no application: it asks the broker and the workers
        exec "$python" -m celery --broker "$REDIS_URL/0" flower --address="$bind" --port=5555
        ;;
    prepare) CDSS_PYTHON=$python exec deploy/prepare.sh ;;
    *)
        echo "deploy/run.sh: no role $role" >&2
        exit 2
        ;;
esac
