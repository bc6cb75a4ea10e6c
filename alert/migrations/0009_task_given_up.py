from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('alert', '0008_lab_message_kind'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notification',
            name='kind',
            field=models.CharField(choices=[('ai_completed', 'Ai Completed'), ('ai_failed', 'Ai Failed'), ('published', 'Published'), ('publication_failed', 'Publication Failed'), ('study_unmatched', 'Study Unmatched'), ('images_unfiled', 'Images Unfiled'), ('glass_broken', 'Glass Broken'), ('order_waiting', 'Order Waiting'), ('order_urgent', 'Order Urgent'), ('order_stat', 'Order Stat'), ('order_result', 'Order Result'), ('order_cancelled', 'Order Cancelled'), ('order_changed', 'Order Changed'), ('order_assigned', 'Order Assigned'), ('order_overdue', 'Order Overdue'), ('order_amended', 'Order Amended'), ('critical_result', 'Critical Result'), ('critical_unconfirmed', 'Critical Unconfirmed'), ('lab_message_held', 'Lab Message Held'), ('share_received', 'Share Received'), ('visit_soon', 'Visit Soon'), ('visit_missed', 'Visit Missed'), ('treatment_ended', 'Treatment Ended'), ('account_attacked', 'Account Attacked'), ('address_attacking', 'Address Attacking'), ('accounts_sprayed', 'Accounts Sprayed'), ('audit_broken', 'Audit Broken'), ('task_given_up', 'Task Given Up')], max_length=30),
        ),
    ]
