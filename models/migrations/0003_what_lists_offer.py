from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('models', '0002_history_and_explanations')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Event',
            name='organization',
            field=fields.ForeignKeyField('models.Organization', source_field='organization_id', db_constraint=True, to_field='id', related_name='events', on_delete=OnDelete.RESTRICT),
        ),
        ops.AddIndex(
            model_name='Event',
            index=Index(fields=['organization_id', 'created_at']),
        ),
        ops.AddIndex(
            model_name='Event',
            index=Index(fields=['organization_id', 'kind']),
        ),
        ops.AddIndex(
            model_name='Supplier',
            index=Index(fields=['organization_id', 'created_at']),
        ),
    ]
