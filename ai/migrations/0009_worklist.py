from __future__ import annotations

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import pacs.dicom.uids


def workitem_uids(apps: Any, _: Any) -> None:
    """Each job of before has a UID of its own too."""
    jobs = apps.get_model("ai", "AIJob").objects.filter(workitem_uid=None)
    for pk in jobs.values_list("pk", flat=True).iterator():
        jobs.filter(pk=pk).update(workitem_uid=pacs.dicom.uids.new_uid())


class Migration(migrations.Migration):
    dependencies = [
        ("ai", "0008_queue_and_routing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="aijob",
            name="workitem_uid",
            field=models.CharField(default=None, max_length=64, null=True, unique=True),
        ),
        migrations.RunPython(workitem_uids, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="aijob",
            name="workitem_uid",
            field=models.CharField(
                default=pacs.dicom.uids.new_uid, max_length=64, null=True, unique=True
            ),
        ),
        migrations.CreateModel(
            name="Workitem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("label", models.CharField(max_length=64)),
                ("worklist_label", models.CharField(max_length=64)),
                (
                    "priority",
                    models.CharField(
                        choices=[("HIGH", "High"), ("MEDIUM", "Medium"), ("LOW", "Low")],
                        max_length=6,
                    ),
                ),
                ("cancellation", models.JSONField(default=dict)),
                (
                    "job",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="workitem",
                        to="ai.aijob",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WorklistSubscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("aetitle", models.CharField(max_length=16)),
                ("keys", models.JSONField(default=dict)),
                ("wanted", models.BooleanField(default=True)),
                ("deletion_lock", models.BooleanField(default=False)),
                ("last_job", models.PositiveBigIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="ai.aijob",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user", "aetitle"], name="ai_worklist_user_ae")
                ],
            },
        ),
    ]
