"""Returns: goods that were received go back. They lower what was received, and claim back what was billed for them.

Source: R4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tortoise.transactions import in_transaction

from models.receiving import Receipt
from models.statuses.orders import PurchaseOrderAction
from models.statuses.receiving import ReceiptKind
from resolvers.errors import refuse_all
from resolvers.ids import id_of
from resolvers.invoicing import debit_memos
from resolvers.receiving.deliveries import Entry, by_line, last_paths, meant_lines, opened, taken_refusals
from resolvers.rules.receipts import document_refusals, going_back, kind_refusals, over_return, quantity_refusals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolvers.errors import Refusal
    from resolvers.operation import Call, Written
    from resolvers.receiving.deliveries import Delivery


async def post(call: Call, given: Mapping[str, Any]) -> Written:
    """Record goods that go back: several entries, each of one line of the order; all of them or none.

    Where invoices bill something on these lines, a debit memo claims the value of what goes back.

    Source: R4.

    Raises:
        Refusals: everything that is wrong with it; an `OverReturn` for each line of which too much would go back.
    """
    async with in_transaction():
        delivery = await opened(call, given, PurchaseOrderAction.RETURN)
        entries, wrong = _offered(delivery, given.get("lines") or ())
        wrong = [*document_refusals(given, call.today), *await taken_refusals(call, given), *wrong]
        refuse_all(wrong or _too_much(delivery, entries))
        receipt = await delivery.write(ReceiptKind.RETURN, given, entries)
        memo = await debit_memos.claimed(delivery, receipt, by_line(entries))
        if memo is not None:
            await Receipt.filter(id=receipt.id).update(debit_memo_id=memo.id)
            delivery.told.append({"field": "debitMemo", "from": None, "to": id_of(type(memo), memo.id)})
        return await delivery.finished("return_posted", receipt, by_line(entries), reason=given.get("reason"))


def _offered(delivery: Delivery, given: Sequence[Mapping[str, Any]]) -> tuple[list[Entry], list[Refusal]]:
    """The entries of an input, and what is wrong with each by itself."""
    entries: list[Entry] = []
    refusals: list[Refusal] = []
    rejected = {key: line.rejected for key, line in delivery.at.items()}
    for entry, (line, path, found) in zip(given, meant_lines(delivery, given, kind_refusals), strict=True):
        wrong = found if line is None or found else quantity_refusals(line.unit, entry["quantity"], None, None, path)
        refusals += wrong
        if line is not None and not wrong:
            back = going_back(entry["quantity"], rejected[line.id])
            rejected[line.id] -= back.rejected
            entries.append(Entry(line=line, quantities=back, path=path))
    return entries, refusals


def _too_much(delivery: Delivery, entries: Sequence[Entry]) -> list[Refusal]:
    paths = last_paths(entries)
    found: list[Refusal] = []
    for key, quantity in by_line(entries).items():
        found += over_return(delivery.at[key], quantity, paths[key])
    return found
