from tortoise import migrations
from tortoise.migrations import operations as ops
from models.fields import WordColumn
from orjson import loads
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now, SqlDefault
from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0003_master_data_versions')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Notice',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(db_default=Now(), auto_now=False, auto_now_add=False)),
                ('organization', fields.ForeignKeyField('models.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.RESTRICT)),
                ('kind', WordColumn()),
                ('state', WordColumn(db_default='PENDING')),
                ('purchase_order', fields.ForeignKeyField('models.PurchaseOrder', source_field='purchase_order_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.SET_NULL)),
                ('contact', fields.ForeignKeyField('models.Contact', source_field='contact_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.SET_NULL)),
                ('recipient_name', fields.CharField(null=True, max_length=200)),
                ('recipient_email', fields.CharField(max_length=254)),
                ('cause', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('key', fields.CharField(null=True, max_length=500)),
                ('message_id', fields.CharField(unique=True, max_length=120)),
                ('resend_of', fields.ForeignKeyField('models.Notice', source_field='resend_of_id', null=True, db_index=True, db_constraint=True, to_field='id', related_name='resends', on_delete=OnDelete.SET_NULL)),
                ('attempts', fields.IntField(default=0, db_default=0)),
                ('next_attempt_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('claim', fields.CharField(null=True, max_length=32)),
                ('last_error', fields.TextField(null=True, unique=False)),
                ('sent_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'notice', 'app': 'models', 'unique_together': (('organization_id', 'key'),), 'indexes': [Index(fields=['state', 'next_attempt_at']), Index(fields=['organization_id', 'created_at']), Index(fields=['organization_id', 'kind']), Index(fields=['organization_id', 'state']), Index(fields=['organization_id', 'recipient_email'])], 'pk_attr': 'id', 'table_description': 'One mail to one recipient, written in the transaction of its cause and sent after it (B7).'},
            bases=['Row'],
        ),
        ops.AddConstraint(
            model_name='Notice',
            constraint=CheckConstraint(check="kind IN ('BALANCE_BELOW', 'BALANCE_EXHAUSTED', 'ORDER_EXPIRING', 'ORDER_EXPIRED', 'ORDER_SUSPENDED', 'ORDER_CLOSED', 'INVOICE_UNMATCHED', 'BLANKET_EXPIRING', 'BLANKET_LOW', 'BLANKET_EXHAUSTED', 'BLANKET_CLOSED')", name='notice_kind_word'),
        ),
        ops.AddConstraint(
            model_name='Notice',
            constraint=CheckConstraint(check="state IN ('PENDING', 'SENDING', 'SENT', 'REFUSED', 'KEPT', 'CANCELED')", name='notice_state_word'),
        ),
        ops.AlterModelOptions(
            name='Contact',
            options={'table': 'purchase_order_contact', 'app': 'models', 'unique_together': (('purchase_order_id', 'email'),), 'pk_attr': 'id', 'table_description': 'A person who is mailed about an order (O2, O4), but not what they have muted.'},
        ),
        ops.AddField(
            model_name='Contact',
            name='muted_notices',
            field=ArrayField(default=list, db_default=SqlDefault("'{}'::text[]"), element_type='TEXT'),
        ),
        ops.AlterModelOptions(
            name='Organization',
            options={'table': 'organization', 'app': 'models', 'constraints': [CheckConstraint(check="date_basis IN ('BILLING_PERIOD', 'ISSUE_DATE')", name='organization_date_basis_word'), CheckConstraint(check="overdraw_policy IN ('ALLOW', 'HOLD')", name='organization_overdraw_policy_word'), CheckConstraint(check="amount_basis IN ('TOTAL', 'BEFORE_TAX')", name='organization_amount_basis_word')], 'pk_attr': 'id', 'table_description': 'A tenant. Every other row belongs to exactly one; its columns are its settings (O4, M9b, B1, B3, B4).'},
        ),
        ops.AddField(
            model_name='Organization',
            name='balance_thresholds',
            field=ArrayField(db_default=SqlDefault("'{75}'::int[]"), element_type='INT'),
        ),
        ops.AddField(
            model_name='Organization',
            name='expiry_one_to_three_months',
            field=ArrayField(db_default=SqlDefault("'{P1M}'::text[]"), element_type='TEXT'),
        ),
        ops.AddField(
            model_name='Organization',
            name='expiry_over_three_months',
            field=ArrayField(db_default=SqlDefault("'{P2M}'::text[]"), element_type='TEXT'),
        ),
        ops.AddField(
            model_name='Organization',
            name='expiry_under_one_month',
            field=ArrayField(db_default=SqlDefault("'{P7D,P0D}'::text[]"), element_type='TEXT'),
        ),
        ops.AddField(
            model_name='Organization',
            name='notice_sender',
            field=fields.CharField(null=True, max_length=254),
        ),
        ops.AddField(
            model_name='Organization',
            name='notices_quiet',
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AddField(
            model_name='Organization',
            name='order_url_pattern',
            field=fields.CharField(null=True, max_length=500),
        ),
        ops.AddField(
            model_name='Organization',
            name='unmatched_address',
            field=fields.CharField(null=True, max_length=254),
        ),
        ops.AddField(
            model_name='OrganizationGate',
            name='swept_on',
            field=fields.DateField(null=True),
        ),
    ]
