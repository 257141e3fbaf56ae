"""What refunds take back of what an order earned: once for each, and all of it for all of the goods."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import msgspec
import structlog
from django.db import OperationalError

from modules.rewards.earning import Part, Share, back_until
from modules.rewards.interface import Flow, InsufficientPoints, Transfer
from modules.rewards.models import Campaign, Earning, EarningRefund
from modules.rewards.policies import TakingBack, earning_rule
from modules.rewards.selectors.earning import points_there
from modules.rewards.services.debts import note_debt
from modules.rewards.services.earning_batches import TRIED_AGAIN_AFTER, refusal_of, shares_in
from modules.rewards.services.posting import post
from modules.rewards.states import EarningState
from tiffin import clock, db, regions

log = structlog.get_logger(__name__)

TAKEN_AT_ONCE = 500
_TAKEN = ("points", "owed", "forgiven", "taken_at", "refusal")
_LESS = ("refunded", "taken_back", "state_name")
REASON = "refund"


@db.transaction_required
def note_refunds(refunds: Sequence[EarningRefund]) -> None:
    """Write down what went back of orders that had been delivered, once each."""
    orders = set(
        Earning.objects.filter(pk__in=[refund.earning_id for refund in refunds]).values_list("pk", flat=True)
    )
    db.insert(*(refund for refund in refunds if refund.earning_id in orders), unless_taken=("id",))


def take_back_batch() -> int:
    """Take back what refunds ask for; returns how many were looked at. One that cannot be taken stops no
    other: it is tried again later."""
    due = EarningRefund.objects.filter(taken_at=None, due_at__lte=clock.now())
    due = due.exclude(earning__state_name=EarningState.NEW.value).order_by("due_at")
    refund_ids = list(due.values_list("id", flat=True)[:TAKEN_AT_ONCE])
    for refund_id in refund_ids:
        _try(refund_id)
    return len(refund_ids)


def _try(refund_id: UUID) -> None:
    try:
        take_back(refund_id)
    except OperationalError:
        raise  # never a refund's fault: the job comes again
    except Exception as error:
        # Points that were spent in this very moment are taken, or owed, the next time.
        if not isinstance(error, InsufficientPoints):
            log.exception("refund_not_taken_back", refund_id=str(refund_id))
        EarningRefund.objects.filter(pk=refund_id, taken_at=None).update(
            due_at=clock.now() + TRIED_AGAIN_AFTER, refusal=refusal_of(error)
        )


def take_back(refund_id: UUID) -> bool:
    """Take back what the refund's goods had earned; False where it is done already."""
    with db.transaction():
        refund = EarningRefund.objects.select_for_update().get(pk=refund_id)
        if refund.taken_at is not None:
            return False
        earning = Earning.objects.select_for_update().get(pk=refund.earning_id)
        before, after = earning.refunded, min(earning.goods, earning.refunded + refund.goods)
        taking = _Taking(earning, refund)
        taking.take([(share, _back(share, earning, before, after)) for share in shares_in(earning)])
        _give_back_to_budgets(earning, before, after)  # campaigns before accounts, as reckoning locks them
        post(*taking.transfers)
        if refund.owed:
            note_debt(earning.customer_id, region=earning.region)
        _settle(earning, refund, after)
    return True


def _back(share: Share, earning: Earning, before: int, after: int) -> int:
    """What of the share goes when so much went back of the goods, and so much before."""
    return share.back(goods=earning.goods, refunded=after) - share.back(goods=earning.goods, refunded=before)


class _Taking:
    """The transfers of one refund. Pending points go back to where they came from. Of those that are the
    customer's, the order's own are taken first, of all its shares, then what expires first; what is promised
    to orders counts as there, and is owed until it is free again."""

    def __init__(self, earning: Earning, refund: EarningRefund) -> None:
        self.earning = earning
        self.refund = refund
        self.transfers: list[Transfer] = []
        self.pending = earning.state is EarningState.PENDING
        self.lots, self.available, self.held = ({}, 0, 0) if self.pending else points_there(earning)

    def take(self, wanted: Sequence[tuple[Share, int]]) -> None:
        """So many points of each share."""
        self.refund.points += sum(points for _, points in wanted)
        if self.pending:
            for share, points in wanted:
                flow = Flow.UNEARN if share.campaign_id is None else Flow.UNEARN_FUNDED
                self._transfer(share, flow, points, lot_id=share.lot_id, party_id=share.campaign_id)
            return
        # What lies in a share's own lot is not there for the others.
        own = [min(points, self.lots.get(share.lot_id, 0)) for share, points in wanted]
        self.available = max(0, self.available - sum(own))
        for (share, _), taken in zip(wanted, own, strict=True):
            self._transfer(share, Flow.TAKE_BACK, taken, lot_id=share.lot_id)
        for (share, points), taken in zip(wanted, own, strict=True):
            kept = self._take_rest(share, points - taken)
            if share.campaign_id is not None:
                self._transfer(share, Flow.BILL, points - kept, party_id=share.campaign_id)

    def _take_rest(self, share: Share, points: int) -> int:
        """What its own lot no longer has; returns how many are forgiven."""
        others = min(points, self.available)
        owed = self._owed(points - others)
        self.available -= others
        self._transfer(share, Flow.TAKE_BACK, others)
        self._transfer(share, Flow.OWE, owed)
        return points - others - owed

    def _owed(self, spent: int) -> int:
        owed = spent if self._policy() == "negative" else min(spent, self.held)
        self.held -= min(owed, self.held)
        self.refund.owed += owed
        self.refund.forgiven += spent - owed
        return owed

    def _policy(self) -> TakingBack:
        region = regions.get(self.earning.region)
        rule = earning_rule(region, region.local(self.earning.delivered_at).date())
        return rule.taking_back if rule is not None else "within_balance"

    def _transfer(
        self,
        share: Share,
        flow: Flow,
        points: int,
        *,
        lot_id: UUID | None = None,
        party_id: UUID | None = None,
    ) -> None:
        if not points:
            return
        what = f"{self.refund.id} {flow.value} {lot_id or ''}"
        self.transfers.append(
            Transfer(
                id=share.id(what),
                flow=flow,
                amount=points,
                region=self.earning.region,
                customer_id=None if flow is Flow.BILL else self.earning.customer_id,
                party_id=party_id,
                lot_id=lot_id,
                order_id=self.earning.id,
                reason=REASON,
            )
        )


def _settle(earning: Earning, refund: EarningRefund, refunded: int) -> None:
    earning.refunded, earning.taken_back = refunded, earning.taken_back + refund.points
    if earning.points and earning.taken_back == earning.points:
        earning.move_to(EarningState.REVERSED)
    earning.save(update_fields=_LESS)
    refund.taken_at, refund.refusal = clock.now(), ""
    refund.save(update_fields=_TAKEN)


def _give_back_to_budgets(earning: Earning, before: int, after: int) -> None:
    """What is taken back of a campaign's points it may give to others."""
    given = dict(_campaign_points(earning, before, after))
    for campaign in Campaign.objects.filter(pk__in=list(given)).order_by("id").select_for_update(no_key=True):
        campaign.granted -= given[campaign.id]
        campaign.save(update_fields=("granted",))


def _campaign_points(earning: Earning, before: int, after: int) -> Iterator[tuple[UUID, int]]:
    for part in msgspec.convert(earning.parts, list[Part]):
        if part.campaign_id is not None:
            back = [back_until(part.points, goods=earning.goods, refunded=each) for each in (before, after)]
            yield part.campaign_id, back[1] - back[0]
