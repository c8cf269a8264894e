from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.contrib.postgres.fields import TSVectorField
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_history_and_explanations')]

    initial = False

    operations = [
        ops.AddField(
            model_name='CostCenter',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddIndex(
            model_name='CostCenter',
            index=Index(fields=['organization_id', 'name']),
        ),
        ops.AddField(
            model_name='LegalEntity',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddIndex(
            model_name='LegalEntity',
            index=Index(fields=['organization_id', 'name']),
        ),
        ops.AddField(
            model_name='Organization',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='PaymentTerm',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='PurchasingEntity',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddIndex(
            model_name='PurchasingEntity',
            index=Index(fields=['organization_id', 'name']),
        ),
        ops.AddField(
            model_name='SellerEntity',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='ShippingMethod',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='Supplier',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddField(
            model_name='Supplier',
            name='search_vector',
            field=TSVectorField(generated=True, source_fields=('number', 'name'), config='simple', stored=True),
        ),
        ops.AddIndex(
            model_name='Supplier',
            index=GinIndex(fields=['search_vector'], name='supplier_search'),
        ),
        ops.AddField(
            model_name='User',
            name='edit_version',
            field=fields.IntField(default=1, db_default=1),
        ),
        ops.AddIndex(
            model_name='User',
            index=Index(fields=['organization_id', 'name']),
        ),
    ]
