# The tables are those of ris 0001 to 0005: the rows stay where they are, only their app changes.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('emr', '0003_merged'),
        ('ocs', '0001_initial'),
        ('ris', '0005_htj2k'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[
            migrations.CreateModel(
                name='ChangeCursor',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('last_seq', models.BigIntegerField(default=0)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                ],
                options={
                    'db_table': 'ris_changecursor',
                },
            ),
            migrations.CreateModel(
                name='QuarantinedStudy',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('study_instance_uid', models.CharField(max_length=64, unique=True)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quarantined_studies', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'db_table': 'ris_heldstudy',
                },
            ),
            migrations.CreateModel(
                name='Study',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('version', models.PositiveIntegerField(default=1, editable=False)),
                    ('created_at', models.DateTimeField(auto_now_add=True)),
                    ('updated_at', models.DateTimeField(auto_now=True)),
                    ('study_instance_uid', models.CharField(max_length=64, unique=True)),
                    ('orthanc_id', models.CharField(max_length=44, unique=True)),
                    ('dicom_patient_id', models.CharField(blank=True, db_index=True, max_length=64)),
                    ('dicom_patient_name', models.CharField(blank=True, max_length=324)),
                    ('dicom_birth_date', models.CharField(blank=True, max_length=8)),
                    ('dicom_sex', models.CharField(blank=True, max_length=16)),
                    ('accession_number', models.CharField(blank=True, db_index=True, max_length=16)),
                    ('study_id', models.CharField(blank=True, max_length=16)),
                    ('study_date', models.DateField(null=True)),
                    ('study_time', models.CharField(blank=True, max_length=16)),
                    ('timezone_offset_from_utc', models.CharField(blank=True, max_length=16)),
                    ('description', models.CharField(blank=True, max_length=64)),
                    ('referring_physician_name', models.CharField(blank=True, max_length=324)),
                    ('last_instance_at', models.DateTimeField()),
                    ('stable_at', models.DateTimeField(db_index=True, null=True)),
                    ('reading_status', models.CharField(choices=[('UNREAD', 'Unread'), ('READING', 'Reading'), ('READ', 'Read')], db_index=True, default='UNREAD', max_length=7)),
                    ('reader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('reading_at', models.DateTimeField(null=True)),
                    ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='studies', to='ocs.order')),
                    ('patient', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='studies', to='emr.patient')),
                ],
                options={
                    'db_table': 'ris_study',
                    'ordering': ['-study_date', '-id'],
                },
            ),
            migrations.CreateModel(
                name='Series',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('series_instance_uid', models.CharField(max_length=64, unique=True)),
                    ('orthanc_id', models.CharField(max_length=44, unique=True)),
                    ('modality', models.CharField(max_length=16)),
                    ('number', models.IntegerField(null=True)),
                    ('description', models.CharField(blank=True, max_length=64)),
                    ('body_part', models.CharField(blank=True, max_length=16)),
                    ('frame_of_reference_uid', models.CharField(blank=True, max_length=64)),
                    ('series_date', models.DateField(null=True)),
                    ('series_time', models.CharField(blank=True, max_length=16)),
                    ('performed_procedure_step_start_date', models.DateField(null=True)),
                    ('performed_procedure_step_start_time', models.CharField(blank=True, max_length=16)),
                    ('scheduled_procedure_step_id', models.CharField(blank=True, max_length=16)),
                    ('requested_procedure_id', models.CharField(blank=True, max_length=16)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='series', to='pacs.study')),
                ],
                options={
                    'db_table': 'ris_series',
                    'ordering': ['number', 'id'],
                },
            ),
            migrations.CreateModel(
                name='NameWord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('word', models.CharField(db_collation='utf8mb4_bin', max_length=64)),
                    ('study', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='name_words', to='pacs.study')),
                ],
                options={
                    'db_table': 'ris_nameword',
                },
            ),
            migrations.CreateModel(
                name='Instance',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('sop_instance_uid', models.CharField(max_length=64, unique=True)),
                    ('orthanc_id', models.CharField(max_length=44, unique=True)),
                    ('sop_class_uid', models.CharField(max_length=64)),
                    ('transfer_syntax_uid', models.CharField(blank=True, max_length=64)),
                    ('number', models.IntegerField(null=True)),
                    ('rows', models.PositiveIntegerField(null=True)),
                    ('columns', models.PositiveIntegerField(null=True)),
                    ('bits_allocated', models.PositiveIntegerField(null=True)),
                    ('frames', models.PositiveIntegerField(default=1)),
                    ('image_position', models.JSONField(null=True)),
                    ('image_orientation', models.JSONField(null=True)),
                    ('pixel_spacing', models.JSONField(null=True)),
                    ('slice_thickness', models.FloatField(null=True)),
                    ('file_size', models.BigIntegerField(default=0)),
                    ('indexed_at', models.DateTimeField(auto_now_add=True)),
                    ('htj2k', models.CharField(choices=[('WAITING', 'Waiting'), ('STORED', 'Stored'), ('REFUSED', 'Refused')], default='WAITING', max_length=8)),
                    ('htj2k_reason', models.CharField(blank=True, choices=[('LOSSY', 'Lossy'), ('SINGLE_BIT', 'Single Bit'), ('SEGMENTATION', 'Segmentation'), ('VIDEO', 'Video'), ('FLOAT', 'Float'), ('NOT_AN_IMAGE', 'Not An Image'), ('NOT_SUPPORTED', 'Not Supported'), ('WRONG_LENGTH', 'Wrong Length'), ('TOO_LARGE', 'Too Large'), ('UNREADABLE', 'Unreadable'), ('MISMATCH', 'Mismatch'), ('DECODER_CRASHED', 'Decoder Crashed')], max_length=16)),
                    ('series', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='instances', to='pacs.series')),
                ],
                options={
                    'db_table': 'ris_instance',
                    'ordering': ['number', 'id'],
                    'indexes': [models.Index(fields=['htj2k', 'series'], name='ris_instanc_htj2k_571ba8_idx')],
                },
            ),
            migrations.AddIndex(
                model_name='study',
                index=models.Index(fields=['patient', 'study_date'], name='ris_study_patient_f7cca6_idx'),
            ),
            migrations.AddIndex(
                model_name='study',
                index=models.Index(fields=['study_date', 'id', 'patient'], name='ris_study_study_d_ee301f_idx'),
            ),
            migrations.AddIndex(
                model_name='study',
                index=models.Index(fields=['dicom_patient_name', 'study_date', 'id', 'patient'], name='ris_study_dicom_p_4190ec_idx'),
            ),
            migrations.AddIndex(
                model_name='series',
                index=models.Index(fields=['modality', 'study'], name='ris_series_modalit_f1d08a_idx'),
            ),
            migrations.AddIndex(
                model_name='nameword',
                index=models.Index(fields=['word', 'study'], name='ris_namewor_word_a585e2_idx'),
            ),
            migrations.AddConstraint(
                model_name='nameword',
                constraint=models.UniqueConstraint(fields=('study', 'word'), name='name_word_once_a_study'),
            ),
        ]),
    ]
