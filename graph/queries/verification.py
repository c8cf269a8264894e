"""All discrepancies, and the rules about how far something may be off."""

import strawberry

from graph.fields import root_list
from graph.types.common import Connection
from graph.types.inputs import DiscrepancyWhere
from graph.types.verification import Discrepancy, ToleranceRule
from models import verification as rows
from resolvers import lists


@strawberry.type
class VerificationQueries:
    discrepancies = root_list(
        "All discrepancies of invoices, the latest first.",
        rows.Discrepancy,
        lists.DISCREPANCIES,
        of=Connection[Discrepancy],
        where=DiscrepancyWhere,
    )
    tolerance_rules = root_list(
        "All tolerance rules, by number.",
        rows.ToleranceRule,
        lists.TOLERANCE_RULES,
        of=Connection[ToleranceRule],
    )
