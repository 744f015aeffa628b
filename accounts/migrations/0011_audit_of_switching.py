"""Names alone: the table stays as it is, and so do its triggers."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0010_audit_of_settings'),
    ]

    operations = [
        migrations.AlterField(
            model_name='auditentry',
            name='action',
            field=models.CharField(choices=[('customer.viewed', 'Looked at a customer'), ('conversation.viewed', 'Looked at a conversation'), ('ticket.viewed', 'Looked at a ticket'), ('tool.called', 'Called a tool'), ('customer.switched', 'Deactivated or activated a customer'), ('customer.exported', 'Exported a customer'), ('customer.erased', 'Erased a customer'), ('staff.changed', 'Changed a member of staff'), ('role.changed', 'Changed a role'), ('key.made', 'Made a key'), ('key.viewed', 'Looked at a signing secret'), ('key.retired', 'Retired a key'), ('connector.changed', 'Changed a connector'), ('visibility.changed', 'Changed what the bot may see')], max_length=40),
        ),
    ]
