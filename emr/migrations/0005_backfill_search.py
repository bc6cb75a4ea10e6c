"""Index the names and phone numbers of patients who are there already, a chunk at a time."""

from django.db import migrations

from emr.models.name_index import suffixes
from emr.models.patient import phone_reversed

CHUNK = 2_000


def backfill(apps, schema_editor):
    patients = apps.get_model("emr", "Patient").objects.order_by("pk")
    name_suffix = apps.get_model("emr", "NameSuffix")
    last = 0
    while chunk := list(patients.filter(pk__gt=last).only("full_name", "phone")[:CHUNK]):
        for patient in chunk:
            patient.phone_reversed = phone_reversed(patient.phone)
        patients.bulk_update(chunk, ["phone_reversed"])
        rows = [
            name_suffix(suffix=suffix, patient_id=patient.pk)
            for patient in chunk
            for suffix in suffixes(patient.full_name)
        ]
        name_suffix.objects.bulk_create(rows, ignore_conflicts=True)
        last = chunk[-1].pk


class Migration(migrations.Migration):
    atomic = False  # each chunk is a transaction of its own: no lock is held for long

    dependencies = [("emr", "0004_chart_and_search")]

    operations = [migrations.RunPython(backfill, migrations.RunPython.noop)]
