import datetime
from datetime import timedelta

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.utils import timezone


ENTRIES = """
INSERT INTO ris_worklistentry (study_id, patient_id, assignee_id, reader_id, state, priority,
    later, modality, patient_name, reader_name, study_date, waiting_since, due_at, ai, report)
SELECT s.id, s.patient_id, NULL, r.reader_id, s.list_reading, s.list_priority, s.list_priority <> 0,
    LEFT(s.list_modality, 16), LOWER(s.list_patient_name), LOWER(COALESCE(u.full_name, '')),
    COALESCE(s.study_date, '1000-01-01'), s.last_instance_at,
    s.last_instance_at + INTERVAL ELT(1 + s.list_priority, 60, 240, 1440, 1440) MINUTE, 5, 0
FROM ris_study s
LEFT JOIN ris_reading r ON r.study_id = s.id
LEFT JOIN acct_user u ON u.id = r.reader_id
WHERE s.id >= %s AND s.id < %s
"""
"""Of the studies from one id to another; what AI and reports say follows with their next event."""
BATCH = 50_000


def entries_fill(apps, schema_editor):
    studies = apps.get_model("pacs", "Study").objects
    ends = studies.aggregate(first=models.Min("pk"), last=models.Max("pk"))
    if ends["first"] is None:
        return
    with schema_editor.connection.cursor() as cursor:
        for begin in range(ends["first"], ends["last"] + 1, BATCH):
            cursor.execute(ENTRIES, [begin, begin + BATCH])


def locks_end(apps, schema_editor):
    """Who is reading now has as long as after a lock of today."""
    reading = apps.get_model("ris", "Reading").objects.filter(status="READING")
    reading.update(expires_at=timezone.now() + timedelta(minutes=30))


class Migration(migrations.Migration):

    dependencies = [
        ('emr', '0011_name_index_joins_patients'),
        ('pacs', '0010_senders_by_c_store'),
        ('ris', '0007_reading_rank'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WorklistSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('stat_minutes', models.PositiveIntegerField(default=60)),
                ('urgent_minutes', models.PositiveIntegerField(default=240)),
                ('routine_minutes', models.PositiveIntegerField(default=1440)),
                ('lock_minutes', models.PositiveIntegerField(default=30)),
                ('urgent_risk', models.FloatField(default=0.8)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='reading',
            name='expires_at',
            field=models.DateTimeField(db_index=True, null=True),
        ),
        migrations.AddField(
            model_name='reading',
            name='read_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='reading',
            name='read_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='reading',
            name='session',
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name='ReadingEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('locked', 'Locked'), ('taken_over', 'Taken Over'), ('handed_over', 'Handed Over'), ('released', 'Released'), ('expired', 'Expired'), ('read', 'Read'), ('assigned', 'Assigned')], max_length=12)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('other', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reading_events', to='pacs.study')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('query', models.JSONField(default=dict)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('user', 'name'), name='saved_filter_once')],
            },
        ),
        migrations.CreateModel(
            name='WorklistEntry',
            fields=[
                ('study', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='worklist_entry', serialize=False, to='pacs.study')),
                ('state', models.PositiveSmallIntegerField(default=0)),
                ('priority', models.PositiveSmallIntegerField(default=3)),
                ('later', models.PositiveSmallIntegerField(default=1)),
                ('modality', models.CharField(blank=True, db_collation='utf8mb4_bin', max_length=16)),
                ('patient_name', models.CharField(blank=True, db_collation='utf8mb4_bin', max_length=150)),
                ('reader_name', models.CharField(blank=True, db_collation='utf8mb4_bin', max_length=150)),
                ('study_date', models.DateField(default=datetime.date(1000, 1, 1))),
                ('waiting_since', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('ai', models.PositiveSmallIntegerField(default=5)),
                ('report', models.PositiveSmallIntegerField(default=0)),
                ('assignee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='emr.patient')),
                ('reader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'later', 'due_at', 'study', 'patient', 'modality', 'priority', 'assignee', 'reader'], name='ris_worklist_due'), models.Index(fields=['state', 'waiting_since', 'study', 'patient', 'modality', 'priority', 'assignee', 'reader'], name='ris_worklist_waiting'), models.Index(fields=['state', 'patient_name', 'study', 'patient', 'modality', 'priority', 'assignee', 'reader'], name='ris_worklist_patient'), models.Index(fields=['state', 'study_date', 'study', 'patient', 'modality', 'priority', 'assignee', 'reader'], name='ris_worklist_date'), models.Index(fields=['state', 'reader_name', 'due_at', 'study', 'patient', 'modality', 'priority', 'assignee', 'reader'], name='ris_worklist_reader'), models.Index(fields=['state', 'ai', 'due_at', 'study', 'patient', 'modality', 'priority', 'assignee', 'reader'], name='ris_worklist_ai'), models.Index(fields=['state', 'report', 'due_at', 'study', 'patient', 'modality', 'priority', 'assignee', 'reader'], name='ris_worklist_report'), models.Index(fields=['state', 'modality', 'due_at', 'study', 'patient', 'priority', 'assignee', 'reader'], name='ris_worklist_modality'), models.Index(fields=['state', 'priority', 'due_at', 'study', 'patient', 'modality', 'assignee', 'reader'], name='ris_worklist_priority'), models.Index(fields=['state', 'priority', 'modality', 'study', 'patient'], name='ris_worklist_both'), models.Index(fields=['assignee', 'state', 'priority', 'modality', 'study', 'patient'], name='ris_worklis_assigne_630d7e_idx'), models.Index(fields=['reader', 'state', 'priority', 'modality', 'study', 'patient'], name='ris_worklis_reader__dac427_idx')],
            },
        ),
        migrations.RunPython(entries_fill, migrations.RunPython.noop),
        migrations.RunPython(locks_end, migrations.RunPython.noop),
    ]
