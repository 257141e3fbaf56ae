"""What rewards refuses."""

from __future__ import annotations

from uuid import UUID

from tiffin.errors import DomainError


class InsufficientPoints(DomainError, code="insufficient_points", status=409):
    """There are not enough points."""

    detail = "{wanted} points are wanted and {available} are there."
    wanted: int
    available: int


class PointsInvalid(DomainError, code="points_invalid", status=422):
    """So many points cannot be moved."""

    detail = "{points} points cannot be {action}: it must be at least 1 and at most {limit}."
    action: str
    points: int
    limit: int


class HoldUnknown(DomainError, code="hold_unknown", status=404):
    """There is no such hold."""

    detail = "There is no hold {hold_id}."
    hold_id: UUID


class HoldConflict(DomainError, code="hold_conflict", status=409):
    """The hold has ended already."""

    detail = "The hold {hold_id} is {state} and cannot be {action} any more."
    hold_id: UUID
    state: str
    action: str


class TransferDiffers(DomainError, code="transfer_differs", status=409):
    """Another transfer has this id."""

    detail = "Transfer {transfer_id} exists on other terms; a transfer happens once."
    transfer_id: UUID


class TransferInvalid(DomainError, code="transfer_invalid", status=422):
    """A transfer that does not say what it must."""

    detail = "Transfer {transfer_id} ({flow}) lacks what its flow needs, or says more."
    transfer_id: UUID
    flow: str


class TooManyTransfers(DomainError, code="too_many_transfers", status=422):
    """There are too many transfers at once."""

    detail = "{transfers} transfers are too many at once: post at most {limit}."
    transfers: int
    limit: int


class TooManyWallets(DomainError, code="too_many_wallets", status=422):
    """There are too many wallets at once."""

    detail = "{wallets} wallets are too many at once: ask for at most {limit}."
    wallets: int
    limit: int


class CharityUnknown(DomainError, code="charity_unknown", status=404):
    """There is no such cause to give to."""

    detail = "Nothing can be given to {charity_id}: choose one of the causes of the region."
    charity_id: UUID


class DonationInvalid(DomainError, code="donation_invalid", status=422):
    """So many points cannot be given."""

    detail = "{points} points cannot be given there: it must be at least {least} and at most {most}."
    points: int
    least: int
    most: int


class GivingNotOffered(DomainError, code="giving_not_offered", status=409):
    """Points are not given there."""

    detail = "Points cannot be given to charities of {region}."
    region: str


class DonationUnknown(DomainError, code="donation_unknown", status=404):
    """There is no such donation."""

    detail = "There is no donation {donation_id}, or it has nothing in writing."
    donation_id: UUID


class StandingOrderUnknown(DomainError, code="standing_order_unknown", status=404):
    """There is no such standing order."""

    detail = "There is no standing order {standing_order_id}."
    standing_order_id: UUID


class TooManyStandingOrders(DomainError, code="too_many_standing_orders", status=409):
    """There are too many standing orders."""

    detail = "At most {limit} standing orders are kept at a time; stop one first."
    limit: int


class CodeUnknown(DomainError, code="rewards_code_unknown", status=404):
    """Nobody has this rewards code."""

    detail = "There is nobody with the rewards code {given}; ask for it again, it has nine characters."
    given: str


class SendingRefused(DomainError, code="sending_refused", status=409):
    """These points cannot be sent."""

    detail = "{reason}"
    reason: str


class WalletUnderReview(DomainError, code="wallet_under_review", status=409):
    """Somebody looks into the wallet."""

    detail = "Something about your points is being looked into; until then none can be used."


class TooFast(DomainError, code="points_too_fast", status=429):
    """Points were taken too often, or too many."""

    detail = "That is more than can be done with points within {hours} hours; try again later."
    hours: int
