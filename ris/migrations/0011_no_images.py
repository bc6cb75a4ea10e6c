"""Take studies off the worklist whose images are gone and that AI jobs keep."""

from __future__ import annotations

from django.db import migrations
from django.db.models import Exists, OuterRef


def take_off(apps, editor):
    entries = apps.get_model("ris", "WorklistEntry").objects
    images = apps.get_model("pacs", "Instance").objects.filter(series__study=OuterRef("pk"))
    gone = list(entries.filter(~Exists(images)).values_list("pk", flat=True))
    entries.filter(pk__in=gone).delete()


class Migration(migrations.Migration):
    dependencies = [("ris", "0010_modality")]

    operations = [migrations.RunPython(take_off, migrations.RunPython.noop)]
