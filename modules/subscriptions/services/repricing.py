"""Newer terms for members of before, with notice."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from modules.subscriptions import policies
from modules.subscriptions.events import Why
from modules.subscriptions.models import Membership, PlanVersion, Repricing
from modules.subscriptions.selectors.times import today
from modules.subscriptions.services.writing import writing
from modules.subscriptions.states import ENDED, RepricingState
from tiffin import clock, context, db, jobs, regions

AT_ONCE = 500


def reprice(repricing: Repricing) -> Repricing:
    """Begin to tell members. Raises ValidationError for terms that are not the newest, and for less notice
    than the region gives."""
    repricing.full_clean(exclude=("region",))
    version = PlanVersion.objects.select_related("plan").get(pk=repricing.to_version_id)
    region = regions.get(version.plan.region)
    _check(repricing, version)
    with db.transaction():
        repricing.region = region.code
        repricing.made_by = str(context.current().actor)[:64]
        repricing.save(force_insert=True)
        jobs.add(repricing, "tell_of_prices", due=clock.now())
    return repricing


def _check(repricing: Repricing, version: PlanVersion) -> None:
    if version.plan.versions.filter(number__gt=version.number).exists():
        raise ValidationError({"to_version": "There is a newer version of this plan."})
    if version.from_at > clock.now():
        raise ValidationError(
            {"to_version": "Newcomers do not have it yet, and members never have it first."}
        )
    day = today(version.plan.region)
    first = day + policies.price_notice(regions.get(version.plan.region), on=day)
    if repricing.from_on < first:
        raise ValidationError({"from_on": f"Members are told before: {first} at the earliest."})


def tell_some(repricing_id: UUID) -> bool:
    """Tell the next members of it. Returns whether there may be more."""
    with db.transaction():
        repricing = Repricing.lock(repricing_id)
        if repricing.state is not RepricingState.TELLING:
            return False
        version = PlanVersion.objects.select_related("plan").get(pk=repricing.to_version_id)
        before = Membership.objects.filter(plan=version.plan, version_of__number__lt=version.number)
        members = _lock(before.exclude(next_version=version))
        with writing() as changes:
            for member in members:
                member.next_version, member.next_version_from = version, repricing.from_on
                changes.tell(member, Why.PRICE_CHANGES)
        repricing.told += len(members)
        if len(members) < AT_ONCE:
            repricing.move_to(RepricingState.TOLD)
        repricing.save(update_fields=("told", "state_name"))
    return len(members) == AT_ONCE


def withdraw_repricing(*, repricing_id: UUID) -> None:
    """Whoever does not have it yet keeps what they have, and is told. Raises StateConflict."""
    with db.transaction():
        repricing = Repricing.lock(repricing_id)
        repricing.move_to(RepricingState.WITHDRAWN)
        repricing.save(update_fields=("state_name",))
        jobs.add(repricing, "tell_of_old_prices", due=clock.now())


def take_back_some(repricing_id: UUID) -> bool:
    """Tell the next members that nothing changes. Returns whether there may be more."""
    with db.transaction():
        version_id = Repricing.lock(repricing_id).to_version_id
        members = _lock(Membership.objects.filter(next_version_id=version_id))
        with writing() as changes:
            for member in members:
                member.next_version = member.next_version_from = None
                changes.tell(member, Why.PRICE_STAYS)
    return len(members) == AT_ONCE


@db.transaction_required
def _lock(members: QuerySet[Membership]) -> list[Membership]:
    running = members.exclude(state_name__in=sorted(state.value for state in ENDED))
    rows = running.select_related("plan", "version_of__plan", "next_version__plan").order_by("pk")
    return list(rows.select_for_update(of=("self",))[:AT_ONCE])
