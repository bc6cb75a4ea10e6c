from django.db import migrations

RANKS = {"READING": 1, "READ": 2}


def ranks_fill(apps, schema_editor):
    """Lists are sorted by the reading status; a study without a reading is unread, 0."""
    reading = apps.get_model("ris", "Reading").objects
    studies = apps.get_model("pacs", "Study").objects
    for status, rank in RANKS.items():
        chosen = reading.filter(status=status).values("study")
        studies.filter(pk__in=chosen).update(list_reading=rank)


class Migration(migrations.Migration):
    dependencies = [
        ("pacs", "0007_study_list"),
        ("ris", "0006_reading"),
    ]

    operations = [migrations.RunPython(ranks_fill, migrations.RunPython.noop)]
