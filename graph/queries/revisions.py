"""Revisions of all orders."""

import strawberry

from graph.fields import root_list
from graph.types.common import Connection
from graph.types.revision import Revision
from graph.types.revision_inputs import RevisionWhere
from models import revision as rows
from resolvers import lists


@strawberry.type
class RevisionQueries:
    revisions = root_list(
        "All revisions, the latest first.",
        rows.Revision,
        lists.REVISIONS,
        of=Connection[Revision],
        where=RevisionWhere,
    )
