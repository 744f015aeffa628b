"""The audit log, which the database itself keeps: nothing deletes an entry, and a change may only empty what names
a person. A later migration that makes SQLite build this table anew has to make the triggers again.
"""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

TABLE = "accounts_auditentry"
KEPT = ["id", "at", "actor", "action", "object", "details", "ip"]
EMPTIED = ["user_id", "customer_id", "customer_external_id", "label"]
WORDS = "The audit log is append-only."


def same(column, operator):
    return f'NEW."{column}" {operator} OLD."{column}"'


def allowed(operator):
    """That a change leaves each column as it is, or empties it where that is how a person is forgotten."""
    kept = [same(column, operator) for column in KEPT]
    emptied = [f'(NEW."{column}" IS NULL OR {same(column, operator)})' for column in EMPTIED]
    return " AND ".join([*kept, *emptied])


SQLITE = [
    f"""CREATE TRIGGER audit_log_unchanged BEFORE UPDATE ON {TABLE} WHEN NOT ({allowed("IS")})
        BEGIN SELECT RAISE(ABORT, '{WORDS}'); END""",
    f"""CREATE TRIGGER audit_log_undeleted BEFORE DELETE ON {TABLE}
        BEGIN SELECT RAISE(ABORT, '{WORDS}'); END""",
]
POSTGRESQL = [
    f"""CREATE FUNCTION audit_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{WORDS}' USING ERRCODE = 'restrict_violation'; END $$""",
    f"""CREATE TRIGGER audit_log_unchanged BEFORE UPDATE ON {TABLE} FOR EACH ROW
        WHEN (NOT ({allowed("IS NOT DISTINCT FROM")})) EXECUTE FUNCTION audit_log_refuse()""",
    f"""CREATE TRIGGER audit_log_undeleted BEFORE DELETE ON {TABLE} FOR EACH ROW
        EXECUTE FUNCTION audit_log_refuse()""",
]


def make_triggers(apps, schema_editor):
    for statement in SQLITE if schema_editor.connection.vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def drop_triggers(apps, schema_editor):
    """With the table they would go by themselves; the function would not."""
    on_table = "" if schema_editor.connection.vendor == "sqlite" else f" ON {TABLE}"
    for trigger in ("audit_log_unchanged", "audit_log_undeleted"):
        schema_editor.execute(f"DROP TRIGGER {trigger}{on_table}")
    if on_table:
        schema_editor.execute("DROP FUNCTION audit_log_refuse")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_record'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('actor', models.CharField(choices=[('staff', 'Member of staff'), ('customer', 'Customer'), ('bot', 'Assistant'), ('program', 'Program with a key'), ('system', 'Command or task')], max_length=20)),
                ('label', models.CharField(blank=True, max_length=200, null=True, verbose_name='who')),
                ('action', models.CharField(choices=[('customer.viewed', 'Looked at a customer'), ('conversation.viewed', 'Looked at a conversation'), ('ticket.viewed', 'Looked at a ticket'), ('tool.called', 'Called a tool'), ('customer.exported', 'Exported a customer'), ('customer.erased', 'Erased a customer'), ('staff.changed', 'Changed a member of staff'), ('role.changed', 'Changed a role')], max_length=40)),
                ('customer_external_id', models.CharField(blank=True, db_index=True, max_length=200, null=True, verbose_name="customer's id")),
                ('object', models.CharField(blank=True, help_text='What it was done to, such as conversation 12.', max_length=100)),
                ('details', models.JSONField(blank=True, default=dict)),
                ('ip', models.GenericIPAddressField(blank=True, null=True, verbose_name='IP address')),
                ('customer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='accounts.customer')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit log',
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['customer', '-at'], name='audit_of_customer')],
            },
        ),
        migrations.RunPython(make_triggers, drop_triggers),
    ]
