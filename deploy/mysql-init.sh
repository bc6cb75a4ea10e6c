# shellcheck shell=bash
# Sourced once by the MySQL image on an empty volume; docker_process_sql is the image's own.
bash /accounts.sh | docker_process_sql
