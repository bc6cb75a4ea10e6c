# Redis of Debian (docker-compose.offline.yml). Context: the repository.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends redis-server \
    && rm -rf /var/lib/apt/lists/*
USER 10001:10001
CMD ["redis-server", "/config/redis.conf"]
