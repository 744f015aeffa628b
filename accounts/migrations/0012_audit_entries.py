"""A name alone: the table stays as it is, and so do its triggers."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_audit_of_switching'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='auditentry',
            options={'default_permissions': ('view',), 'verbose_name': 'audit entry', 'verbose_name_plural': 'audit entries'},
        ),
    ]
