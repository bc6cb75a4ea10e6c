import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BATCH = 2000


def readings_take(apps, schema_editor):
    """Who reads or has read a study moves from the archive's row to a row of its own."""
    reading = apps.get_model("ris", "Reading")
    studies = apps.get_model("pacs", "Study").objects.exclude(reader=None).order_by()
    rows = studies.values_list("pk", "reading_status", "reader_id", "reading_at")
    batch = []
    for pk, status, reader, since in rows.iterator(chunk_size=BATCH):
        batch.append(reading(study_id=pk, status=status, reader_id=reader, since=since))
        if len(batch) == BATCH:
            reading.objects.bulk_create(batch)
            batch = []
    reading.objects.bulk_create(batch)


def readings_give_back(apps, schema_editor):
    studies = apps.get_model("pacs", "Study").objects
    for row in apps.get_model("ris", "Reading").objects.iterator(chunk_size=BATCH):
        studies.filter(pk=row.study_id).update(
            reading_status=row.status, reader_id=row.reader_id, reading_at=row.since
        )


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0004_studies_of_pacs'),
        ('pacs', '0001_initial'),
        ('ris', '0005_htj2k'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.DeleteModel(name='NameWord'),
            migrations.DeleteModel(name='Instance'),
            migrations.DeleteModel(name='Series'),
            migrations.DeleteModel(name='Study'),
            migrations.DeleteModel(name='ChangeCursor'),
            migrations.DeleteModel(name='HeldStudy'),
        ]),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('UNREAD', 'Unread'), ('READING', 'Reading'), ('READ', 'Read')], db_index=True, max_length=7)),
                ('since', models.DateTimeField()),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='reading', to='pacs.study')),
            ],
        ),
        migrations.RunPython(readings_take, readings_give_back),
    ]
