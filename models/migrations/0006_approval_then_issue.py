from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('models', '0005_events_of_requisitions')]

    initial = False

    operations = [
        ops.AddField(
            model_name='ApprovalPlan',
            name='issue_when_approved',
            field=fields.BooleanField(default=False, db_default=False),
        ),
    ]
