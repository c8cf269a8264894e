from tortoise import migrations
from tortoise.migrations import operations as ops
from models.fields import WordColumn
from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

class Migration(migrations.Migration):
    dependencies = [('models', '0008_the_past')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Discrepancy',
            name='actual',
            field=fields.DecimalField(null=True, max_digits=28, decimal_places=6),
        ),
        ops.AlterField(
            model_name='Discrepancy',
            name='expected',
            field=fields.DecimalField(null=True, max_digits=28, decimal_places=6),
        ),
        ops.AlterField(
            model_name='Discrepancy',
            name='tolerance',
            field=fields.DecimalField(null=True, max_digits=28, decimal_places=6),
        ),
        ops.AddField(
            model_name='Discrepancy',
            name='measure',
            field=WordColumn(null=True),
        ),
        ops.AddConstraint(
            model_name='Discrepancy',
            constraint=CheckConstraint(check="measure IN ('MONEY', 'PRICE', 'QUANTITY')", name='discrepancy_measure_word'),
        ),
    ]
