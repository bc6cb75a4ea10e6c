"""Checks and gauges of the infrastructure: database, Redis, migrations, disk, queues, outbox."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from common.once import once
from common.ops.checks import check
from common.ops.counters import backup_seconds, store
from common.ops.gauges import gauge
from common.outbox import services as outbox
from common.tasks import queue_lengths

LEAST_FREE_BYTES = 2 << 30


@check("database")
def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@check("redis")
def redis() -> None:
    store().ping()


@check("migrations")
def migrations() -> None:
    _migrated()


@once  # a success is final for this process; a failure is not cached
def _migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("migrations are missing")


@check("disk")
def disk() -> None:
    if shutil.disk_usage(settings.CDSS_DATA_DIR).free < LEAST_FREE_BYTES:
        raise OSError("the disk is almost full")


@gauge("cdss_disk_free_bytes", "Free space of the application's disk")
def disk_free() -> float:
    return shutil.disk_usage(settings.CDSS_DATA_DIR).free


@gauge("cdss_disk_size_bytes", "Size of the application's disk")
def disk_size() -> float:
    return shutil.disk_usage(settings.CDSS_DATA_DIR).total


@gauge("cdss_queue_messages", "Messages waiting for a worker", "queue")
def queues() -> dict[str, float]:
    return {**queue_lengths()}


@gauge("cdss_outbox_events", "Outbox events that are not done", "status")
def outbox_events() -> dict[str, float]:
    return {**outbox.open_counts()}


@gauge("cdss_outbox_oldest_seconds", "Age of the oldest pending outbox event")
def outbox_oldest() -> float:
    return outbox.oldest_pending_s() or 0.0


@gauge("cdss_backup_timestamp_seconds", "Time of the last successful backup")
def backup() -> float | None:
    return backup_seconds()
