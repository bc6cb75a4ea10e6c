import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


SIGNED = "OLD.status IN ('signed', 'amended')"
FIXED = (
    *("id", "study_id", "template", "language", "edition", "predecessor_id", "reason", "status"),
    *("version", "author_id", "created_at", "saved_by_id", "saved_at", "preliminary_by_id"),
    *("preliminary_at", "signed_by_id", "signed_at"),
)
SAME = " AND ".join(f"NEW.{name} <=> OLD.{name}" for name in FIXED)
REFUSED = "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT ="
TRIGGERS = {
    "ris_reportversion_update": f"""
        BEFORE UPDATE ON ris_reportversion FOR EACH ROW
        {REFUSED} 'a version of a report is written once'
    """,
    "ris_reportversion_delete": f"""
        BEFORE DELETE ON ris_reportversion FOR EACH ROW
        {REFUSED} 'a version of a report is kept'
    """,
    "ris_reportversion_insert": f"""
        BEFORE INSERT ON ris_reportversion FOR EACH ROW
        IF NOT EXISTS (
            SELECT 1 FROM ris_report WHERE id = NEW.report_id AND version = NEW.number
        ) THEN {REFUSED} 'only the next version of a report is added'; END IF
    """,
    "ris_report_update": f"""
        BEFORE UPDATE ON ris_report FOR EACH ROW
        IF {SIGNED} AND NOT ({SAME}) THEN {REFUSED} 'a signed report is not changed'; END IF
    """,
    "ris_report_delete": f"""
        BEFORE DELETE ON ris_report FOR EACH ROW
        {REFUSED} 'a report is kept'
    """,
}
"""What the database itself refuses, whoever asks: <=> is an equality that knows NULL."""


class Migration(migrations.Migration):

    dependencies = [
        ('emr', '0011_name_index_joins_patients'),
        ('pacs', '0010_senders_by_c_store'),
        ('ris', '0008_reading_locks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('template', models.CharField(max_length=60)),
                ('language', models.CharField(choices=[('ko', 'Korean'), ('en', 'English')], max_length=2)),
                ('edition', models.PositiveSmallIntegerField(default=1)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('preliminary', 'Preliminary'), ('signed', 'Signed'), ('amended', 'Amended')], default='draft', max_length=11)),
                ('in_force', models.BooleanField(default=False)),
                ('saved_at', models.DateTimeField()),
                ('preliminary_at', models.DateTimeField(null=True)),
                ('signed_at', models.DateTimeField(null=True)),
                ('archived_at', models.DateTimeField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='emr.patient')),
                ('predecessor', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='ris.report')),
                ('preliminary_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('study', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='pacs.study')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='ReportTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('version', models.PositiveSmallIntegerField()),
                ('body', models.JSONField()),
                ('retired', models.BooleanField(default=False)),
                ('imported_at', models.DateTimeField(auto_now_add=True)),
                ('imported_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['code', '-version'],
            },
        ),
        migrations.CreateModel(
            name='ReportVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('preliminary', 'Preliminary'), ('signed', 'Signed'), ('amended', 'Amended')], max_length=11)),
                ('template', models.CharField(max_length=60)),
                ('language', models.CharField(choices=[('ko', 'Korean'), ('en', 'English')], max_length=2)),
                ('sections', models.JSONField()),
                ('fields', models.JSONField()),
                ('taken_over', models.JSONField()),
                ('key_images', models.JSONField()),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField()),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='ris.report')),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['study', 'status'], name='ris_report_study_i_5f5b16_idx'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['status', 'study'], name='ris_report_status_280a53_idx'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['patient', 'in_force', 'signed_at'], name='ris_report_patient_eab67f_idx'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['signed_at'], name='ris_report_signed__1db3eb_idx'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['in_force', 'archived_at', 'signed_at'], name='ris_report_in_forc_aed151_idx'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('study', 'template', 'edition'), name='ris_one_report_of_an_edition'),
        ),
        migrations.AddConstraint(
            model_name='reporttemplate',
            constraint=models.UniqueConstraint(fields=('code', 'version'), name='ris_one_template_version'),
        ),
        migrations.AddConstraint(
            model_name='reportversion',
            constraint=models.UniqueConstraint(fields=('report', 'number'), name='ris_one_version_number'),
        ),
        migrations.CreateModel(
            name='CriticalReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('haemorrhage', 'Haemorrhage'), ('large_vessel_occlusion', 'Large Vessel Occlusion'), ('herniation', 'Herniation'), ('mass_effect', 'Mass Effect'), ('hydrocephalus', 'Hydrocephalus'), ('fracture', 'Fracture'), ('foreign_body', 'Foreign Body'), ('other', 'Other')], max_length=30)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='critical', to='ris.report')),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='CriticalReportAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('told', models.CharField(max_length=100)),
                ('how', models.CharField(max_length=60)),
                ('outcome', models.CharField(choices=[('confirmed', 'Confirmed'), ('no_readback', 'No Readback'), ('not_reached', 'Not Reached')], max_length=12)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('critical', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='ris.criticalreport')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='CriticalReportEscalation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('turn', models.PositiveSmallIntegerField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('critical', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='escalations', to='ris.criticalreport')),
                ('to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(fields=('critical', 'turn', 'to'), name='ris_one_escalation_of_a_turn')],
            },
        ),
        *(
            migrations.RunSQL([f"CREATE TRIGGER {name} {rule}"], [f"DROP TRIGGER {name}"])
            for name, rule in TRIGGERS.items()
        ),
    ]
