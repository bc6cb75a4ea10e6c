#!/bin/bash
# Starts MariaDB in a container. At each start the accounts are put as the secrets say, so that a
# changed password counts after a restart; the first start makes the server's own tables.
set -euo pipefail
data=/var/lib/mysql
accounts=/tmp/accounts.sql

if [ ! -e "$data/.installed" ]; then # also when a first start was interrupted
    mariadb-install-db --no-defaults --datadir="$data" --skip-test-db \
        --auth-root-authentication-method=socket --auth-root-socket-user=mysql >/dev/null
    touch "$data/.installed"
fi

fill() { # the files of a first start, as the maintained image takes them
    local socket=/tmp/first.sock file
    mariadbd --no-defaults --datadir="$data" --socket="$socket" --pid-file=/tmp/first.pid \
        --skip-networking &
    until mariadb-admin --socket="$socket" ping --silent 2>/dev/null; do
        kill -0 $! # or it has failed
        sleep 0.2
    done
    mariadb --socket="$socket" --execute="CREATE OR REPLACE DATABASE \`$MARIADB_DATABASE\`"
    for file in /docker-entrypoint-initdb.d/*.sql; do
        mariadb --socket="$socket" "$MARIADB_DATABASE" <"$file"
    done
    kill $!
    wait $!
    touch "$data/.filled"
}
if [ ! -e "$data/.filled" ] && compgen -G "/docker-entrypoint-initdb.d/*.sql" >/dev/null; then fill; fi

umask 077
if [ -f /accounts.sh ]; then
    bash /accounts.sh >"$accounts"
elif [ -z "${MARIADB_USER:-}" ]; then
    : >"$accounts"
else # as the maintained image's variables say
    password=$(<"$MARIADB_PASSWORD_FILE")
    password=${password//\\/\\\\}
    cat >"$accounts" <<SQL
CREATE DATABASE IF NOT EXISTS \`$MARIADB_DATABASE\`;
CREATE OR REPLACE USER '$MARIADB_USER'@'%' IDENTIFIED BY '${password//\'/\'\'}';
GRANT ALL PRIVILEGES ON \`$MARIADB_DATABASE\`.* TO '$MARIADB_USER'@'%';
SQL
fi
echo "CREATE USER IF NOT EXISTS 'health'@'127.0.0.1';" >>"$accounts" # may only ask: are you there?
exec mariadbd --no-defaults --datadir="$data" --socket=/tmp/mysqld.sock --pid-file=/tmp/mysqld.pid \
    --init-file="$accounts" --bind-address=0.0.0.0 --skip-name-resolve "$@"
