"""The orders that are open when this version is installed open their patients too."""

from django.conf import settings
from django.db import migrations

DEPARTMENTS = {"RIS": "rib", "LIS": "lab"}
OPEN = ["ORDERED", "ACCEPTED", "IN_PROGRESS", "RESULT_READY"]


def access_open(apps, schema_editor):
    order_access = apps.get_model("rbac", "OrderAccess")
    for job_role, role in DEPARTMENTS.items():
        orders = apps.get_model("ocs", "Order").objects.filter(job_role=job_role, status__in=OPEN)
        rows = [
            order_access(order_id=pk, role=role, patient_id=patient_id, opened_by_id=ordered_by_id)
            for pk, patient_id, ordered_by_id in orders.values_list(
                "pk", "patient_id", "ordered_by_id"
            )
        ]
        order_access.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("ocs", "0001_initial"),
        ("rbac", "0002_order_access"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(access_open, migrations.RunPython.noop)]
