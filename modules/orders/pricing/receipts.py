"""A bill as those put it in writing who owe it to the customer: each liable party a document of its own. What
is given to a charity was not sold: it is in no receipt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from modules.orders.interface import ComponentKind, Party, Price
from modules.orders.pricing.refunding import RefundPart
from tiffin.dto import DTO
from tiffin.money import allocate


class WrittenLine(DTO):
    """One amount, in minor units. `tax` is contained in `amount` where prices include it; where they do not,
    it stands on lines of its own, which are `is_tax`."""

    label: str
    amount: int
    tax: int
    tax_rate: Decimal
    is_tax: bool = False


class WrittenTax(DTO):
    """What one rate comes to. `base` is net; None where several areas tax the same, each at its own rate."""

    rate: Decimal
    base: int | None
    tax: int


class Writing(DTO):
    """What one party puts in writing: the lines sum to `total`, the taxes to `tax`. Negative: taken back."""

    party: Party
    lines: tuple[WrittenLine, ...]
    taxes: tuple[WrittenTax, ...]
    total: int
    tax: int


class _Share(NamedTuple):
    """What may be kept or go back of one thing, tax included."""

    party: Party
    label: str
    rate: Decimal
    gross: int
    tax: int


def receipts_of(price: Price) -> tuple[Writing, ...]:
    """What the liable parties put in writing; together it is the bill less what is given, to the unit."""
    lines: dict[Party, list[WrittenLine]] = defaultdict(list)
    for part in price.components:
        if part.kind is ComponentKind.DONATION:
            continue
        lines[part.liable].append(
            WrittenLine(
                label=part.label,
                amount=part.amount.amount,
                tax=part.tax.amount,
                tax_rate=part.tax_rate,
                is_tax=part.kind is ComponentKind.TAX,
            )
        )
    return _writings(lines, price.includes_tax)


def receipts_of_kept(parts: Sequence[RefundPart], amount: int, *, includes_tax: bool) -> tuple[Writing, ...]:
    """What the liable parties put in writing of an order that was stopped: `amount` is what is left of the
    `parts` that were kept."""
    kept = _of_parts(parts, includes_tax)
    return _written(kept, _shares(kept, amount), includes_tax)


def corrections_of(
    written: Sequence[Writing], parts: Sequence[RefundPart], amount: int, *, includes_tax: bool
) -> tuple[Writing, ...]:
    """What takes back `amount` of what was `written`, corrections before this one included: by the `parts` of
    the refund where they still stand, else in proportion to what does. Nothing when all is back."""
    standing = _standing(written, includes_tax)
    back = _of_parts(parts, includes_tax)
    amount -= _given(back, amount)
    amount = min(amount, sum(each.gross for each in standing))
    back = [each for each in back if each.party is not Party.CHARITY]
    shares = _shares(back, amount)
    if sum(shares) != amount or not _stand(standing, back, shares):
        back, shares = standing, _shares(standing, amount)
    return _written(back, [-share for share in shares], includes_tax)


def _given(back: Sequence[_Share], amount: int) -> int:
    """What of `amount` goes back of a donation."""
    shares = zip(back, _shares(back, amount), strict=True)
    return sum(share for each, share in shares if each.party is Party.CHARITY)


def _shares(things: Sequence[_Share], amount: int) -> list[int]:
    """`amount` by thing: each whole where that is what they come to."""
    grosses = [each.gross for each in things]
    if sum(grosses) == amount:
        return grosses
    weights = [max(0, gross) for gross in grosses]
    return allocate(amount, weights) if any(weights) else [0] * len(grosses)


def _stand(standing: Sequence[_Share], back: Sequence[_Share], shares: Sequence[int]) -> bool:
    """Whether nobody takes back more, at any rate, than is still in writing."""
    left = {(each.party, each.rate): each.gross for each in standing}
    for each, share in zip(back, shares, strict=True):
        left[each.party, each.rate] = left.get((each.party, each.rate), 0) - share
    return all(gross >= 0 for gross in left.values())


def _of_parts(parts: Sequence[RefundPart], includes_tax: bool) -> list[_Share]:
    found = [
        _Share(
            party=part.liable,
            label=part.label,
            rate=part.tax_rate,
            gross=part.amount if includes_tax else part.amount + part.tax,
            tax=part.tax,
        )
        for part in parts
    ]
    return [each for each in found if each.gross]


def _standing(written: Sequence[Writing], includes_tax: bool) -> list[_Share]:
    """What stands for each party and rate."""
    sums: dict[tuple[Party, Decimal], list[int]] = defaultdict(lambda: [0, 0])
    labels: dict[tuple[Party, Decimal], str] = {}
    for writing in written:
        for line in writing.lines:
            if not line.is_tax:
                place = writing.party, line.tax_rate
                sums[place][0] += line.amount if includes_tax else line.amount + line.tax
                sums[place][1] += line.tax
                labels.setdefault(place, line.label)
    found = [
        _Share(party=place[0], label=labels[place], rate=place[1], gross=gross, tax=tax)
        for place, (gross, tax) in sums.items()
    ]
    return [each for each in found if each.gross > 0]


def _written(things: Sequence[_Share], shares: Sequence[int], includes_tax: bool) -> tuple[Writing, ...]:
    lines: dict[Party, list[WrittenLine]] = defaultdict(list)
    for each, share in zip(things, shares, strict=True):
        if share:
            lines[each.party].extend(_lines_of(each, share, includes_tax))
    return _writings(lines, includes_tax)


def _lines_of(each: _Share, share: int, includes_tax: bool) -> list[WrittenLine]:
    exact = Decimal(each.tax) * share / each.gross
    tax = int(exact.quantize(Decimal(1), ROUND_HALF_UP))
    net = share if includes_tax else share - tax
    lines = [WrittenLine(label=each.label, amount=net, tax=tax, tax_rate=each.rate)]
    if tax and not includes_tax:
        lines.append(WrittenLine(label="Tax", amount=tax, tax=0, tax_rate=each.rate, is_tax=True))
    return lines


def _writings(lines: dict[Party, list[WrittenLine]], includes_tax: bool) -> tuple[Writing, ...]:
    found = []
    for party, of_party in lines.items():
        taxes = _contained(of_party) if includes_tax else _on_top(of_party)
        found.append(
            Writing(
                party=party,
                lines=tuple(of_party),
                taxes=taxes,
                total=sum(line.amount for line in of_party),
                tax=sum(tax.tax for tax in taxes),
            )
        )
    return tuple(found)


def _contained(lines: Sequence[WrittenLine]) -> tuple[WrittenTax, ...]:
    by_rate: dict[Decimal, list[WrittenLine]] = defaultdict(list)
    for line in lines:
        by_rate[line.tax_rate].append(line)
    return tuple(
        WrittenTax(
            rate=rate,
            base=sum(line.amount - line.tax for line in of_rate),
            tax=sum(line.tax for line in of_rate),
        )
        for rate, of_rate in sorted(by_rate.items())
    )


def _on_top(lines: Sequence[WrittenLine]) -> tuple[WrittenTax, ...]:
    bases: dict[Decimal, int] = defaultdict(int)
    for line in lines:
        if not line.is_tax:
            bases[line.tax_rate] += line.amount
    taxes: dict[Decimal, int] = defaultdict(int)
    for line in lines:
        if line.is_tax:
            taxes[line.tax_rate] += line.amount
    return tuple(WrittenTax(rate=rate, base=bases.get(rate), tax=tax) for rate, tax in sorted(taxes.items()))
