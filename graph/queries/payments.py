"""The list of payments."""

import strawberry

from graph.fields import root_list
from graph.types.common import Connection
from graph.types.inputs import PaymentWhere
from graph.types.payment import Payment
from models import payment as rows
from resolvers import lists


@strawberry.type
class PaymentQueries:
    payments = root_list(
        "All payments, the latest first.",
        rows.Payment,
        lists.PAYMENTS,
        of=Connection[Payment],
        where=PaymentWhere,
    )
