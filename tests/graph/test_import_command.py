"""`python -m graph import`, as a process of its own on the tests' database: what it says, and what it survives."""

from __future__ import annotations

import asyncio
import os
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from graph.__main__ import main
from graph.commands.import_ import EVERY, Progress
from models.event import Event
from models.invoice import Allocation, Invoice
from models.organization import Organization, User
from models.purchase_order import PurchaseOrder, PurchaseOrderLine
from models.statuses.invoices import ImportRowOutcome
from models.statuses.people import Role
from resolvers import access
from resolvers.errors import InvalidValue, NotFound
from resolvers.importing.runner import RowReport, Totals
from tests.factories import actor_of, make_organization, make_user
from tests.summaries import billed, colleague, document, purchase, stored, summary

if TYPE_CHECKING:
    from pathlib import Path

    from resolvers.operation import Call

SECONDS: Final = 120


@pytest.fixture
async def call(db: str) -> Call:
    return await billed()


async def started(db: str, *arguments: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "graph", "import", *arguments),
        env={**os.environ, "DATABASE_URL": db},
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    )


async def ran(db: str, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    process = await started(db, *arguments)
    async with asyncio.timeout(SECONDS):
        output, errors = await process.communicate(stdin.encode())
    return process.returncode or 0, output.decode(), errors.decode()


async def test_a_file_is_recorded_once(db: str, call: Call, tmp_path: Path) -> None:
    file = tmp_path / "invoices.json"
    file.write_text(document(summary("1", "2000.00"), purchase("2", "poc1"), summary("3", "600.00", month=4)))

    tried = await ran(db, "--dry-run", str(file))
    assert await Invoice.all().count() == 0
    first = await ran(db, str(file))
    before = await stored()
    again = await ran(db, "-", stdin=file.read_text())

    assert tried == (0, "3 rows: 3 recorded, 0 unchanged, 0 rejected.\nIt was a dry run: nothing was stored.\n", "")
    assert first == (0, "3 rows: 3 recorded, 0 unchanged, 0 rejected.\n", "")
    assert again == (0, "3 rows: 0 recorded, 3 unchanged, 0 rejected.\n", "")
    assert await stored() == before
    assert (await PurchaseOrder.get(number="PO-1")).balance_current == Decimal(7400)
    assert set(await Event.all().values_list("actor_id", flat=True)) == {call.actor.user_id}


async def test_rejected_rows_are_printed_and_the_break_is_told(db: str, call: Call) -> None:
    rows = [summary("1"), summary("2", "x", seller="Stranger, Inc."), summary("3", seller="Stranger, Inc."), {}]
    text = document(*rows[:3], summary("4"))

    code, output, errors = await ran(db, "-", stdin=text)
    broken = await ran(db, "-", stdin=text[: text.index('"4"')])

    assert code == 1
    assert output == (
        "row 1, invoice 2, rejected:\n"
        "    BaseCurrencyAmount.TotalAmount: TotalAmount cannot be 'x': expected an amount such as \"1234.50\".\n"
        "    BaseCurrencyAmount.TotalAmountBeforeTax: TotalAmountBeforeTax cannot be 'x': "
        'expected an amount such as "1234.50".\n'
        "row 2, invoice 3, rejected:\n"
        "    Entity.InvoicingEntity: There is no seller entity Stranger, Inc.\n"
        "4 rows: 2 recorded, 0 unchanged, 2 rejected.\n"
    )
    assert errors == ""
    assert broken[0] == 2
    assert broken[1].endswith(
        "3 rows: 0 recorded, 1 unchanged, 2 rejected.\n"
        "These are the rows before the break. With the whole file, they will be unchanged.\n"
    )
    assert broken[2].startswith(
        "po-graph: standard input: This is not a document of the format AWS_INVOICE_SUMMARIES: "
        "it is not JSON or is cut off, at character"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no/such/file",), "po-graph: no/such/file cannot be read: No such file or directory\n"),
        (("/",), "po-graph: / cannot be read: Is a directory\n"),
        (("-", "--format", "UBL"), "argument --format: invalid choice: 'UBL'"),
        ((), "the following arguments are required: FILE"),
    ],
)
def test_what_is_not_understood_is_told_at_once(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["import", *arguments])
    except SystemExit as end:
        code = end.code

    assert code == 2
    assert said in capsys.readouterr().err


def test_the_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["import", "--help"])

    output = capsys.readouterr().out
    assert "examples:" in output
    assert "aws invoicing list-invoice-summaries" in output
    assert "exit code: 0 every row was taken" in output


async def test_what_it_cannot_do_is_told_in_a_sentence(db: str, call: Call) -> None:
    ended = await ran(db, "-", "--supplier", "NOBODY", stdin=document(summary("1")))

    assert ended == (1, "", "po-graph: There is no supplier NOBODY.\n")
    assert await Invoice.all().count() == 0


async def test_it_acts_for_whom_it_is_told(db: str, call: Call) -> None:
    await make_user(await make_organization())
    accountant = await User.get(id=(await colleague(call, Role.ACCOUNTS_PAYABLE)).actor.user_id)
    organization = await accountant.organization

    code, *_ = await ran(
        db,
        *("-", "--as", accountant.email, "--organization", organization.key),
        stdin=document(summary("1")),
    )

    assert code == 0
    assert set(await Event.all().values_list("actor_id", flat=True)) == {accountant.id}


async def test_unless_told_it_acts_for_the_first_administrator(db: str, call: Call) -> None:
    organization = await (await User.get(id=call.actor.user_id)).organization
    await colleague(call, Role.ADMIN)

    assert await access.acting_by_default() == call.actor
    assert await access.acting_by_default(organization.key) == call.actor


async def test_among_several_organizations_it_acts_in_the_demo_or_has_to_be_told(db: str, call: Call) -> None:
    own = (await (await User.get(id=call.actor.user_id)).organization).key
    other = await make_organization()
    user = await make_user(other)

    with pytest.raises(InvalidValue) as unsaid:
        await access.acting_by_default()
    with pytest.raises(NotFound) as unknown:
        await access.acting_by_default("nowhere")
    await Organization.filter(id=other.id).update(key="demo")

    assert unsaid.value.expected == f"say which: {', '.join(sorted([own, other.key]))}"
    assert unknown.value == NotFound(kind="organization", key="nowhere")
    assert await access.acting_by_default() == actor_of(user)
    assert await access.acting_by_default(own) == call.actor


async def test_an_organization_without_an_administrator_needs_to_be_told_who(db: str) -> None:
    organization = await make_organization()
    await make_user(organization, Role.ACCOUNTS_PAYABLE)

    with pytest.raises(NotFound, match=f"There is no administrator of {organization.key}."):
        await access.acting_by_default()


async def test_killed_in_the_middle_and_run_again_it_loses_and_doubles_nothing(
    db: str, call: Call, tmp_path: Path
) -> None:
    count = 4000
    file = tmp_path / "invoices.json"
    file.write_text(
        document(*[summary(f"{at:05}", f"{at % 7}.{at % 100:02}", month=at % 12 + 1) for at in range(count)])
    )

    process = await started(db, str(file))
    async with asyncio.timeout(SECONDS):
        while await Invoice.all().count() < 500:  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(0.01)
        process.kill()
        await process.communicate()
    left = await Invoice.all().count()
    code, output, _ = await ran(db, str(file))

    assert 0 < left < count
    assert (code, output) == (0, f"{count:,} rows: {count - left:,} recorded, {left:,} unchanged, 0 rejected.\n")
    numbers: Any = await Invoice.all().values_list("supplier_invoice_number", flat=True)
    assert sorted(numbers) == [f"{at:05}" for at in range(count)]
    total = sum((Decimal(f"{at % 7}.{at % 100:02}") for at in range(count)), Decimal(0))
    line = await PurchaseOrderLine.get(purchase_order__number="PO-1")
    assert (line.balance_used, line.balance_current) == (total, 10_000 - total)
    assert line.invoice_count == count
    assert await Allocation.filter(ended_at=None).count() == count
    assert await Event.filter(kind="invoice_recorded").count() == count
    assert await Event.filter(kind="invoice_matched").count() == count


# ------------------------------------------------------------------------------------------------------------- progress


def report(index: int) -> RowReport:
    refusal = InvalidValue(value="x", expected="expected y", path=("DueDate",))
    return RowReport(index=index, number=None, outcome=ImportRowOutcome.REJECTED, refusals=(refusal,))


def test_on_a_terminal_one_line_changes_and_makes_room_for_rejected_rows(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(started=0, is_terminal=True)

    progress.told(Totals(recorded=500), [])
    progress.told(Totals(recorded=999, rejected=1), [report(600)])
    progress.clear()

    shown = capsys.readouterr()
    assert shown.out == "row 600, rejected:\n    DueDate: DueDate cannot be 'x': expected y.\n"
    first, second, third, *rest = shown.err.split("\r\x1b[K")[1:]
    assert first.startswith("500 rows, ")
    assert first.endswith(" a second, 0 rejected")
    assert second == ""
    assert third.startswith("1,000 rows, ")
    assert third.endswith(" a second, 1 rejected")
    assert rest == [""]


def test_elsewhere_there_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(is_terminal=False)

    for rows in range(500, 2 * EVERY + 600, 500):
        progress.told(Totals(recorded=rows), [])
    progress.clear()

    lines = capsys.readouterr().err.splitlines()
    assert [line.split(" rows, ")[0] for line in lines] == ["10,000", "20,000"]
