#!/bin/bash
# Starts MariaDB in a container. At each start the accounts are put as the secrets say, so that a
# changed password counts after a restart; the first start makes the server's own tables.
set -euo pipefail
data=/var/lib/mysql
accounts=/tmp/accounts.sql

if [ ! -e "$data/.installed" ]; then # also when a first start was interrupted
    mariadb-install-db --no-defaults --datadir="$data" --skip-test-db \
        --auth-root-authentication-method=socket >/dev/null
    touch "$data/.installed"
fi

umask 077
if [ -f /accounts.sh ]; then
    bash /accounts.sh >"$accounts"
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
