from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pacs', '0004_feed_anchors'),
    ]

    operations = [
        migrations.AlterField(
            model_name='series',
            name='body_part',
            field=models.CharField(blank=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='series',
            name='description',
            field=models.CharField(blank=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='series',
            name='modality',
            field=models.CharField(max_length=256),
        ),
        migrations.AlterField(
            model_name='series',
            name='requested_procedure_id',
            field=models.CharField(blank=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='series',
            name='scheduled_procedure_step_id',
            field=models.CharField(blank=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='study',
            name='accession_number',
            field=models.CharField(blank=True, db_index=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='study',
            name='description',
            field=models.CharField(blank=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='study',
            name='dicom_patient_id',
            field=models.CharField(blank=True, db_index=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='study',
            name='dicom_sex',
            field=models.CharField(blank=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='study',
            name='study_id',
            field=models.CharField(blank=True, max_length=256),
        ),
        migrations.AlterField(
            model_name='study',
            name='timezone_offset_from_utc',
            field=models.CharField(blank=True, max_length=256),
        ),
    ]
