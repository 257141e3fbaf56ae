"""Plans: made, offered and withdrawn by staff. What was promised to members stays as it was."""

from __future__ import annotations

import re
from uuid import UUID

import msgspec
from django.core.exceptions import ValidationError

from modules.subscriptions.errors import PlanIncomplete
from modules.subscriptions.interface import Benefit, BenefitKind, PlanOffer, PlanRefused
from modules.subscriptions.models import Plan, PlanVersion
from modules.subscriptions.states import PlanState
from tiffin import context, db, regions

# What each kind says, beside what it asks of the basket.
_SAYS = {
    BenefitKind.FREE_DELIVERY: frozenset({"minimum", "within_m", "venue_share"}),
    BenefitKind.REDUCED_SERVICE_FEE: frozenset({"rate", "minimum", "venue_share"}),
    BenefitKind.PICKUP_CREDIT: frozenset({"rate", "minimum", "venue_share"}),
    BenefitKind.LATE_ORDER_CREDIT: frozenset({"amount", "after_minutes", "venue_share"}),
    BenefitKind.MEMBERS_OFFERS: frozenset(),
    BenefitKind.PARTNER_GRANT: frozenset({"title", "link"}),
}
_LINK = re.compile(r"https://[^\s\"'<>]{1,500}")
_NEEDS = {
    BenefitKind.REDUCED_SERVICE_FEE: "rate",
    BenefitKind.PICKUP_CREDIT: "rate",
    BenefitKind.LATE_ORDER_CREDIT: "amount",
    BenefitKind.PARTNER_GRANT: "title",
}


def draft_plan(plan: Plan) -> Plan:
    """Keep it as a draft. Raises ValidationError for what cannot be a plan, or a code that is taken there."""
    plan.full_clean()
    with db.transaction():
        plan.save(force_insert=True)
    return plan


def add_version(version: PlanVersion) -> PlanVersion:
    """From its moment on newcomers have it. Raises ValidationError for terms that nobody can have."""
    version.full_clean(exclude=("number",), validate_constraints=False)
    _check_terms(version)
    with db.transaction():
        plan = Plan.lock(version.plan_id)
        last = plan.versions.order_by("-number").first()
        if last is not None and version.from_at <= last.from_at:
            raise ValidationError({"from_at": f"It must be later than that of version {last.number}."})
        version.number = last.number + 1 if last is not None else 1
        version.made_by = str(context.current().actor)[:64]
        version.save(force_insert=True)
    return version


def _check_terms(version: PlanVersion) -> None:
    wrong: dict[str, str] = {}
    if (version.intro_price is None) != (version.intro_periods == 0):
        wrong["intro_price"] = "An introduction has a price and lasts some periods, or there is none."
    elif version.intro_price is not None and version.intro_price >= version.price:
        wrong["intro_price"] = "It must be less than the price."
    try:
        benefits = msgspec.convert(version.benefits, tuple[Benefit, ...])
    except msgspec.ValidationError as error:
        wrong["benefits"] = str(error)
    else:
        complaints = [complaint for each in benefits for complaint in _complaints(each)]
        if complaints:
            wrong["benefits"] = " ".join(complaints)
    if wrong:
        raise ValidationError(wrong)


def _complaints(benefit: Benefit) -> list[str]:
    """What a benefit says that its kind does not have, or lacks."""
    name = benefit.kind.value
    if benefit.kind not in _SAYS:
        return ["There is no benefit of one of these kinds."]
    blank = Benefit(kind=benefit.kind)
    said = {field for field in Benefit.__struct_fields__ if getattr(benefit, field) != getattr(blank, field)}
    found = [f"{name} has no {field}." for field in sorted(said - _SAYS[benefit.kind])]
    if _NEEDS.get(benefit.kind, "") not in {"", *said}:
        found.append(f"{name} needs {_NEEDS[benefit.kind]}.")
    amounts = (benefit.minimum, benefit.within_m or 0, benefit.amount, benefit.after_minutes)
    if min(amounts) < 0 or not 0 <= benefit.rate <= 1 or not 0 <= benefit.venue_share <= 1:
        found.append(f"{name}: amounts are not below nothing, shares between 0 and 1.")
    if benefit.link and not _LINK.fullmatch(benefit.link):
        found.append(f"{name}: the link is an address that begins with https://.")
    return found


def offer_plan(*, plan_id: UUID) -> None:
    """It can be joined from now on. Raises PlanIncomplete, StateConflict."""
    with db.transaction():
        plan = Plan.lock(plan_id)
        if not plan.versions.exists():
            raise PlanIncomplete(plan=plan.code)
        plan.move_to(PlanState.OFFERED)
        plan.save(update_fields=("state_name",))


@db.transaction_required
def offer_new_plan(offer: PlanOffer) -> UUID:
    """Make it and offer it, unless its code is taken there. Raises UnknownRegion, PlanRefused."""
    region, named = regions.get(offer.region), f"{offer.code} in {offer.region}"
    known: UUID | None = (
        Plan.objects.filter(region=region.code, code=offer.code).values_list("pk", flat=True).first()
    )
    if known is not None:
        return known
    if offer.price.currency != region.currency:
        raise PlanRefused(plan=named, why=f"prices there are in {region.currency}.")
    plan = Plan(
        region=region.code, code=offer.code, title=offer.title, months=offer.months, level=offer.level
    )
    terms = {
        "price": offer.price.amount,
        "trial_days": offer.trial_days,
        "benefits": msgspec.to_builtins(offer.benefits),
    }
    try:
        draft_plan(plan)
        add_version(PlanVersion(plan=plan, **terms))
    except ValidationError as wrong:
        raise PlanRefused(plan=named, why=" ".join(wrong.messages)) from None
    plan_id: UUID = plan.pk
    offer_plan(plan_id=plan_id)
    return plan_id


def withdraw_plan(*, plan_id: UUID) -> None:
    """Nobody joins it any more; whoever has stays. Raises StateConflict."""
    with db.transaction():
        plan = Plan.lock(plan_id)
        plan.move_to(PlanState.WITHDRAWN)
        plan.save(update_fields=("state_name",))
