# The image of django, ws, the Celery workers, beat and the one-shot jobs (deploy/run.sh ROLE).
FROM debian:bookworm-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        build-essential ca-certificates default-libmysqlclient-dev pkg-config python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /tmp/requirements.txt
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /tmp/requirements.txt \
    && /opt/venv/bin/pip uninstall --yes --quiet setuptools pip

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates curl fonts-noto-cjk libmariadb3 libpango-1.0-0 libpangoft2-1.0-0 python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app --no-create-home cdss \
    && install -d -o cdss -g cdss /app /app/.run /app/.run/static /data
COPY --from=build /opt/venv /opt/venv
COPY --chown=root:root . /app
WORKDIR /app
ENV CDSS_PYTHON=/opt/venv/bin/python CDSS_BIND=0.0.0.0 CDSS_ENV_FILE=/dev/null \
    CDSS_DATA_DIR=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LANG=C.UTF-8
USER cdss
ENTRYPOINT ["/app/deploy/run.sh"]
CMD ["django"]
