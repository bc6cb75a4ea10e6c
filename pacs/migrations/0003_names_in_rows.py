from django.db import migrations

HANDLERS = {
    "ris.handlers.instance_reread": "pacs.handlers.instance_retry",
    "ris.handlers.metadata_prepare": "pacs.handlers.metadata_write",
    "ris.handlers.study_transcode": "pacs.handlers.study_transcode",
}


def rename(apps, old_to_new):
    """Rows of the outbox name who handles them; beat keeps its schedule in rows and makes new ones
    under the new names."""
    events = apps.get_model("outbox", "OutboxEvent").objects
    for old, new in old_to_new.items():
        events.filter(handler=old).update(handler=new)
    app = next(iter(old_to_new)).split(".")[0]
    periodic = apps.get_model("django_celery_beat", "PeriodicTask").objects
    periodic.filter(task__startswith=f"{app}.tasks.").delete()
    periodic.filter(name__in=("fhir-look", "fhir-probe")).delete()


def forward(apps, schema_editor):
    rename(apps, HANDLERS)


def back(apps, schema_editor):
    rename(apps, {new: old for old, new in HANDLERS.items()})


class Migration(migrations.Migration):

    dependencies = [
        ('django_celery_beat', '0001_initial'),
        ('outbox', '0002_order'),
        ('pacs', '0002_reading_is_of_ris'),
    ]

    operations = [migrations.RunPython(forward, back)]
