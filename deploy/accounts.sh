#!/bin/bash
# Prints the SQL that makes the database and its three accounts; running it again changes nothing
# but the passwords. cdss_owner migrates and grants (and makes pytest's test databases); cdss_app
# and cdss_seal, which alone seals the audit record, get nothing here: `manage.py grant_app_role`
# gives them rights table by table.
set -euo pipefail
directory=${CDSS_SECRETS_DIR:-}
app=${DATABASE_PASSWORD:-$(cat "$directory/database_password")}
owner=${DATABASE_OWNER_PASSWORD:-$(cat "$directory/database_owner_password")}
seal=${DATABASE_SEAL_PASSWORD:-$(cat "$directory/database_seal_password")}
if [ ${#app} -lt 16 ] || [ ${#owner} -lt 16 ] || [ ${#seal} -lt 16 ]; then
    echo "database passwords must have 16 or more characters" >&2
    exit 1
fi
quoted() { # TEXT as a string of SQL
    local text=${1//\\/\\\\}
    printf "'%s'" "${text//\'/\'\'}"
}
app=$(quoted "$app")
owner=$(quoted "$owner")
seal=$(quoted "$seal")
cat <<SQL
CREATE DATABASE IF NOT EXISTS cdss_db CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
CREATE USER IF NOT EXISTS 'cdss_owner'@'%' IDENTIFIED BY $owner;
ALTER USER 'cdss_owner'@'%' IDENTIFIED BY $owner;
GRANT ALL PRIVILEGES ON \`cdss\\_db\`.* TO 'cdss_owner'@'%' WITH GRANT OPTION;
GRANT ALL PRIVILEGES ON \`test\\_cdss\\_db%\`.* TO 'cdss_owner'@'%' WITH GRANT OPTION;
CREATE USER IF NOT EXISTS 'cdss_app'@'%' IDENTIFIED BY $app;
ALTER USER 'cdss_app'@'%' IDENTIFIED BY $app;
CREATE USER IF NOT EXISTS 'cdss_seal'@'%' IDENTIFIED BY $seal;
ALTER USER 'cdss_seal'@'%' IDENTIFIED BY $seal;
SQL
