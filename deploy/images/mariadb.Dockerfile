# MariaDB of Debian, in the place of MySQL (docker-compose.offline.yml). Context: the repository.
FROM debian:bookworm-slim
RUN groupadd --system --gid 999 mysql \
    && useradd --system --uid 999 --gid mysql --home-dir /var/lib/mysql --no-create-home mysql \
    && apt-get update \
    && apt-get install -y --no-install-recommends mariadb-client mariadb-server-core \
    && rm -rf /var/lib/apt/lists/* /var/lib/mysql \
    && install -d -o mysql -g mysql /var/lib/mysql
COPY deploy/images/mariadb.sh /mariadb.sh
USER mysql
ENTRYPOINT ["/mariadb.sh"]
