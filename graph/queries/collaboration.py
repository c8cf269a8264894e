"""Tasks, and groups of users."""

import strawberry

from graph.fields import root_list
from graph.types.collaboration import PurchasingTask
from graph.types.common import Connection
from graph.types.inputs import TaskOrder, TaskWhere
from graph.types.organization import UserGroup
from models import collaboration as rows
from models import organization as organization_rows
from resolvers import lists


@strawberry.type
class CollaborationQueries:
    tasks = root_list(
        "What people have to do about orders, by due date unless sorted otherwise.",
        rows.PurchasingTask,
        lists.TASKS,
        of=Connection[PurchasingTask],
        where=TaskWhere,
        order=TaskOrder,
    )
    user_groups = root_list("All groups of users.", organization_rows.UserGroup, lists.NAMED, of=Connection[UserGroup])
