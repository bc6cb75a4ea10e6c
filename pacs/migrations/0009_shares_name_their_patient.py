from django.db import migrations


def fill(apps, _) -> None:
    """Shares of studies, which named no patient."""
    Grant = apps.get_model("rbac", "Grant")
    Study = apps.get_model("pacs", "Study")
    for grant in Grant.objects.filter(patient_id=None).iterator():
        study = Study.objects.filter(study_instance_uid=grant.study_instance_uid).first()
        if study is not None and study.patient_id is not None:
            Grant.objects.filter(pk=grant.pk).update(patient_id=study.patient_id)


class Migration(migrations.Migration):
    dependencies = [
        ("pacs", "0008_acquisition"),
        ("rbac", "0003_shares_name_their_patient"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
