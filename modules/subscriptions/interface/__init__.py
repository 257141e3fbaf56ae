"""What subscriptions offers."""

from __future__ import annotations

from uuid import UUID

from modules.subscriptions.interface.benefits import (
    Basket,
    Benefit,
    BenefitAnswer,
    BenefitKind,
    Refusal,
    evaluate,
)
from modules.subscriptions.interface.catalogue import Phase, PhaseKind, PlanOffer, PlanView
from modules.subscriptions.interface.errors import (
    AlreadyMember,
    CoolingOffOver,
    MembershipStateConflict,
    MembershipUnknown,
    NotGivenBack,
    NothingOwed,
    PauseTooLong,
    PlanRefused,
    PlanUnknown,
)
from modules.subscriptions.interface.memberships import (
    PURPOSE,
    ChangePreview,
    CreditNoteView,
    CreditReason,
    InvoiceKind,
    InvoiceLine,
    InvoiceState,
    InvoiceView,
    LineKind,
    MembershipState,
    MembershipView,
)
from tiffin.interfaces import CommandKey, Interface, action, command, query
from tiffin.regions import UnknownRegion

__all__ = [
    "PURPOSE",
    "AlreadyMember",
    "Basket",
    "Benefit",
    "BenefitAnswer",
    "BenefitKind",
    "ChangePreview",
    "CoolingOffOver",
    "CreditNoteView",
    "CreditReason",
    "InvoiceKind",
    "InvoiceLine",
    "InvoiceState",
    "InvoiceView",
    "LineKind",
    "MembershipState",
    "MembershipStateConflict",
    "MembershipUnknown",
    "MembershipView",
    "NotGivenBack",
    "NothingOwed",
    "PauseTooLong",
    "Phase",
    "PhaseKind",
    "PlanOffer",
    "PlanRefused",
    "PlanUnknown",
    "PlanView",
    "Refusal",
    "Subscriptions",
    "evaluate",
]


class Subscriptions(Interface, module="subscriptions", version=1):
    """Memberships that make ordering cheaper."""

    @query(timeout=0.5, errors=(UnknownRegion,))
    def plans(self, *, region: str, customer_id: UUID | None = None) -> list[PlanView]:
        """Those that can be joined there now, by the customer where one is named, the one that brings least
        first."""
        ...

    @action(timeout=0.3, errors=(UnknownRegion,))
    def offer_shown(self, *, customer_id: UUID, region: str) -> None:
        """The customer saw what can be joined there: of those who are no members counted once in a month."""
        ...

    @command(timeout=2.0, errors=(UnknownRegion, PlanRefused))
    def offer(self, *, key: CommandKey, plan: PlanOffer) -> UUID:
        """Make a plan that can be joined at once; where its code is taken in the region, that plan stays as
        it is. Answers its id."""
        ...

    @command(timeout=2.0, errors=(PlanUnknown, AlreadyMember))
    def join(
        self,
        *,
        key: CommandKey,
        customer_id: UUID,
        plan_id: UUID,
        method: str,
        known_by: tuple[str, ...] = (),
    ) -> MembershipView:
        """Become a member: TRIALING, or INCOMPLETE until the first payment has come. Nobody has two trials:
        no customer, no card and no phone, as far as they are known, and nobody who is `known_by` the same,
        which are words that stand for something such as a device and do not tell which. Reports
        MembershipChanged."""
        ...

    @command(timeout=2.0, errors=(MembershipUnknown, NothingOwed))
    def pay(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, method: str) -> MembershipView:
        """Charge what is owed now by this method, unless a charge is under way, and all that follows."""
        ...

    @command(timeout=2.0, errors=(MembershipUnknown,))
    def use_method(
        self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, method: str
    ) -> MembershipView:
        """Charge the periods to come by this method."""
        ...

    @command(timeout=2.0, errors=(MembershipUnknown, MembershipStateConflict))
    def cancel(
        self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, now: bool = False
    ) -> MembershipView:
        """Let it end when what is paid for is over, or `now`; where something is owed it ends now, and is not
        asked for any more."""
        ...

    @command(timeout=2.0, errors=(MembershipUnknown, MembershipStateConflict))
    def keep(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID) -> MembershipView:
        """It does not end after all."""
        ...

    @command(timeout=2.0, errors=(MembershipUnknown, MembershipStateConflict, CoolingOffOver))
    def take_back(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID) -> MembershipView:
        """Within the time that the region gives after joining: it ends now, and what was paid comes back."""
        ...

    @command(timeout=2.0, errors=(MembershipUnknown, MembershipStateConflict, PauseTooLong))
    def pause(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, days: int) -> MembershipView:
        """Rest from today on: no benefits and nothing to pay; what is left of the period is there
        afterwards."""
        ...

    @command(timeout=2.0, errors=(MembershipUnknown, MembershipStateConflict))
    def resume(self, *, key: CommandKey, customer_id: UUID, membership_id: UUID) -> MembershipView:
        """Go on today."""
        ...

    @query(timeout=0.5, errors=(MembershipUnknown, PlanUnknown, MembershipStateConflict))
    def preview_change(self, *, customer_id: UUID, membership_id: UUID, plan_id: UUID) -> ChangePreview:
        """What `change` would do today, to the cent."""
        ...

    @command(timeout=2.0, errors=(MembershipUnknown, PlanUnknown, MembershipStateConflict))
    def change(
        self, *, key: CommandKey, customer_id: UUID, membership_id: UUID, plan_id: UUID
    ) -> MembershipView:
        """Have a plan that brings more as soon as what is due for it is paid, and any other when the period
        is over. Asking for the plan that it has takes that back."""
        ...

    @query(timeout=0.5)
    def memberships(self, *, customer_id: UUID) -> list[MembershipView]:
        """The customer's, the newest first, those that are over among them."""
        ...

    @query(timeout=0.5, errors=(MembershipUnknown,))
    def membership(self, *, customer_id: UUID, membership_id: UUID) -> MembershipView:
        """One of them."""
        ...

    @query(timeout=0.5)
    def invoices(self, *, customer_id: UUID) -> list[InvoiceView]:
        """The customer's last 200, the newest first."""
        ...

    @query(timeout=3.0)
    def charged(self, *, charge_ids: tuple[UUID, ...]) -> list[UUID]:
        """Those of `charge_ids` that are charges for invoices."""
        ...

    @query(timeout=3.0)
    def invoices_page(self, *, after: UUID | None = None, size: int = 200) -> list[InvoiceView]:
        """Every invoice by id, at most 200 from `after` on. Empty after the last."""
        ...
