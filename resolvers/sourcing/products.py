"""What suppliers offer: products with price breaks, and lines of orders and requisitions that take their terms over.

Source: O5, section 10.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tortoise.transactions import in_transaction

from models.contract import PriceBreak, SupplierProduct
from models.supplier import Supplier
from models.values import ONE, PRICE_PLACES, QUANTITY_PLACES
from resolvers import events
from resolvers.administration import records
from resolvers.administration.records import Kind
from resolvers.errors import AlreadyTaken, InvalidValue, NotFound, Refusal, refuse_all
from resolvers.ids import id_of, key_of
from resolvers.operation import Written, locked_gate
from resolvers.rules.ordering import LARGEST_QUANTITY, LONGEST_TEXT, line_shapes
from resolvers.rules.pricing import Break, break_refusals, price_for
from resolvers.rules.text import NAME, SHORT_NAME, Number, Present, Text, Whole, given_refusals, shown
from resolvers.visibility import visible_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from resolvers.operation import Call
    from resolvers.rules.text import Path, Shape

LONGEST_LEAD_TIME: Final = 3650
"""Days: ten years."""

_PRICE: Final = Number(places=PRICE_PLACES, greatest=LARGEST_QUANTITY)
PRODUCT: Final = Kind(
    row=SupplierProduct,
    word="supplier product",
    shapes={
        "part_number": SHORT_NAME,
        "name": NAME,
        "description": Text(longest=LONGEST_TEXT, long=True),
        "product_type": Present(),
        "unit": line_shapes("USD")["unit"],
        "unit_price": _PRICE,
        "lead_time_days": Whole(least=0, greatest=LONGEST_LEAD_TIME, required=False),
        "is_active": Present(),
    },
    unique=(),
    subject="part_number",
)
_BREAK: Final[dict[str, Shape]] = {
    "minimum_quantity": Number(places=QUANTITY_PLACES, least=ONE.scaleb(-QUANTITY_PLACES), greatest=LARGEST_QUANTITY),
    "unit_price": _PRICE,
}

Breaks = dict[int, list[Break]]


async def create(call: Call, supplier_id: str, given: Mapping[str, Any]) -> Written:
    """Enter a product of a supplier, with its price breaks.

    Raises:
        Refusals: what is wrong with its fields, or a part number that the supplier has already in that currency.
        NotFound: there is no such supplier.
    """
    fields = {name: value for name, value in given.items() if name != "price_breaks"}
    breaks: Sequence[Mapping[str, Any]] = given.get("price_breaks") or []
    refuse_all([*given_refusals(fields, PRODUCT.shapes), *_break_refusals(breaks)])
    async with in_transaction():
        await locked_gate(call)
        supplier = await records.referred(call, Supplier, supplier_id, ("supplierId",), "supplier")
        await _check_part(call, supplier.id, fields["part_number"], fields["currency"], None)
        told = events.changes_between({}, _told_breaks(_broken(breaks)))
        written = await records.add(call, PRODUCT, fields, about=supplier, changes=told, supplier_id=supplier.id)
        await _write_breaks(call, written.key or 0, fields["currency"], breaks)
        return written


async def update(
    call: Call, product_id: str, given: Mapping[str, Any], *, expected_version: int | None = None
) -> Written:
    """Change the fields of a product that are given; price breaks are replaced as a whole. What was ordered stays.

    Raises:
        Refusals: what is wrong with the fields, or a part number that the supplier has already.
        NotFound: there is no such product.
        VersionConflict: somebody changed it after the caller saw it.
    """
    fields = {name: value for name, value in given.items() if name != "price_breaks"}
    breaks: Sequence[Mapping[str, Any]] | None = (given["price_breaks"] or []) if "price_breaks" in given else None
    refuse_all([*given_refusals(fields, PRODUCT.shapes), *_break_refusals(breaks or [])])
    async with in_transaction():
        await locked_gate(call)
        product = await records.locked(call, PRODUCT, product_id)
        part_number = fields.get("part_number", product.part_number)
        await _check_part(call, product.supplier_id, part_number, product.currency, product.id)
        told: list[events.Change] = []
        if breaks is not None:
            before = (await breaks_of([product.id])).get(product.id, [])
            told = events.changes_between(_told_breaks(before), _told_breaks(_broken(breaks)))
        supplier = await product.supplier
        written = await records.edit(call, PRODUCT, product, fields, expected_version, about=supplier, changes=told)
        if told and breaks is not None:
            await PriceBreak.filter(product_id=product.id).delete()
            await _write_breaks(call, product.id, product.currency, breaks)
        return written


async def breaks_of(product_ids: Iterable[int]) -> Breaks:
    """The price breaks of products, by the products' keys."""
    found: Breaks = {}
    for row in await PriceBreak.filter(product_id__in=sorted(set(product_ids))).order_by("minimum_quantity"):
        each = Break(minimum_quantity=row.minimum_quantity, unit_price=row.unit_price)
        found.setdefault(row.product_id, []).append(each)
    return found


async def taken_over(  # noqa: PLR0913 - the lines, and what they stand on
    call: Call,
    lines: Sequence[Mapping[str, Any]],
    paths: Sequence[Path],
    *,
    currency: str,
    supplier_id: int | None,
    standing: Mapping[str, Any] | None = None,
) -> tuple[list[dict[str, Any]], list[Refusal]]:
    """Fields of lines, with what the products they name say of it where nothing else is said.

    That is description, part number, unit, product type, and the price for the line's quantity. A product has to be of
    the supplier, where that is known, and priced in the currency. `standing` are the fields of a line that is changed:
    what is given as null is taken away there, and counts as said.

    Source: O5, section 10.
    """
    keys = {str(line["product_id"]): key_of(SupplierProduct, line["product_id"]) for line in lines if _names(line)}
    if not keys:
        return [dict(line) for line in lines], []
    found = await visible_to(SupplierProduct, call.actor).filter(id__in=[key for key in keys.values() if key])
    products = {product.id: product for product in found}
    breaks = await breaks_of(products)
    result: list[dict[str, Any]] = []
    refusals: list[Refusal] = []
    for line, path in zip(lines, paths, strict=True):
        fields = dict(line)
        if _names(line):
            product = products.get(keys[line["product_id"]] or 0)
            here = (*path, "productId")
            wrong = _unfit(product, line["product_id"], currency, supplier_id, here)
            refusals += wrong
            fields["product_id"] = None if product is None or wrong else product.id
            if product is not None and not wrong:
                fields = _filled(fields, product, breaks.get(product.id, []), standing)
        result.append(fields)
    return result, refusals


async def suppliers_of(product_ids: Iterable[int | None]) -> dict[int, int]:
    """Whose products they are, by the products' keys."""
    keys = sorted({key for key in product_ids if key is not None})
    return {row.id: row.supplier_id for row in await SupplierProduct.filter(id__in=keys)} if keys else {}


def _names(line: Mapping[str, Any]) -> bool:
    """Whether the line names a product by its id; a key was looked up before."""
    return isinstance(line.get("product_id"), str)


def _unfit(
    product: SupplierProduct | None, text: str, currency: str, supplier_id: int | None, path: Path
) -> list[Refusal]:
    if product is None:
        return [NotFound(kind="supplier product", key=shown(text), path=path)]
    because: list[str] = []
    if supplier_id is not None and product.supplier_id != supplier_id:
        because.append("it is a product of another supplier")
    if product.currency != currency:
        because.append(f"it is priced in {product.currency}, not in {currency}")
    if not product.is_active:
        because.append("it is not offered any more")
    return [InvalidValue(value=text, expected=each, path=path) for each in because]


def _filled(
    fields: dict[str, Any], product: SupplierProduct, breaks: list[Break], standing: Mapping[str, Any] | None
) -> dict[str, Any]:
    quantity = fields.get("quantity") or (standing or {}).get("quantity") or ONE
    terms = {
        "description": product.description or product.name,
        "supplier_product": product.name,
        "part_number": product.part_number,
        "unit": product.unit,
        "product_type": str(product.product_type),
        "unit_price": price_for(quantity, product.unit_price, breaks),
    }
    said = {name for name, value in fields.items() if value is not None or standing is not None}
    return {**fields, **{name: value for name, value in terms.items() if name not in said}}


async def _check_part(call: Call, supplier_id: int, part_number: str, currency: str, own: int | None) -> None:
    """Refuse a part number that the supplier has already in that currency.

    Raises:
        AlreadyTaken: it has.
    """
    rows = visible_to(SupplierProduct, call.actor)
    holder = await rows.filter(supplier_id=supplier_id, part_number=part_number, currency=currency).first()
    if holder is not None and holder.id != own:
        holding = f"supplier product {id_of(SupplierProduct, holder.id)}"
        raise AlreadyTaken(value=part_number, holder=holding, path=("partNumber",))


def _break_refusals(breaks: Sequence[Mapping[str, Any]]) -> list[Refusal]:
    path = ("priceBreaks",)
    wrong = [refusal for at, each in enumerate(breaks) for refusal in given_refusals(each, _BREAK, (*path, str(at)))]
    quantities: list[Decimal] = [each["minimum_quantity"] for each in breaks]
    return wrong or break_refusals(quantities, path)


def _broken(breaks: Iterable[Mapping[str, Any]]) -> list[Break]:
    return [Break(minimum_quantity=each["minimum_quantity"], unit_price=each["unit_price"]) for each in breaks]


def _told_breaks(breaks: Iterable[Break]) -> dict[str, Any]:
    """Price breaks as the history names them: `priceBreaks.100`."""
    ordered = sorted(breaks, key=lambda each: each.minimum_quantity)
    return {f"priceBreaks.{events.as_text(each.minimum_quantity)}": each.unit_price for each in ordered}


async def _write_breaks(call: Call, product_id: int, currency: str, breaks: Iterable[Mapping[str, Any]]) -> None:
    common = {"organization_id": call.organization_id, "product_id": product_id, "currency": currency}
    await PriceBreak.bulk_create([PriceBreak(**common, created_at=call.now, **each) for each in breaks])
