from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alert', '0001_initial'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('ai_completed', 'Ai Completed'), ('ai_failed', 'Ai Failed'), ('published', 'Published'), ('publication_failed', 'Publication Failed'), ('study_unmatched', 'Study Unmatched'), ('glass_broken', 'Glass Broken'), ('order_waiting', 'Order Waiting'), ('order_urgent', 'Order Urgent'), ('order_stat', 'Order Stat'), ('order_result', 'Order Result'), ('order_cancelled', 'Order Cancelled'), ('order_changed', 'Order Changed')], max_length=30),
        ),
    ]
