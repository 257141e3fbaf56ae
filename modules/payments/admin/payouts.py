"""Payouts, the bank's files and answers, and the ledger of what left and came in otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from modules.payments import services
from modules.payments.admin.settling import Entries, Settled
from modules.payments.interface import PayoutState
from modules.payments.models import BankAnswer, BankFile, Payout, TransferEntry
from tiffin.admin import ModuleAdmin, record, register
from tiffin.admin.actions import Noted, note_of, said_beside
from tiffin.admin.exporting import Cell, Exported, time_cell
from tiffin.admin.filters import Made
from tiffin.admin.queues import queue
from tiffin.admin.staff import staff_of
from tiffin.web.files import sent_file


class OfTransfer(Noted):
    """A former attempt is named by its EndToEndId."""

    end_to_end_id = forms.CharField(
        required=False,
        max_length=35,
        label="EndToEndId",
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "EndToEndId, for what moved besides"}),
    )


@register(Payout)
class PayoutAdmin(Exported, Settled):
    """What is to leave. The account is shown by its last characters."""

    list_display = (
        "created_at", "region", "account", "money", "purpose", "state_name", "reason", "stuck", "file",
    )  # fmt: skip
    list_filter = (
        Made,
        "state_name",
        "purpose",
        "payee_kind",
        "region",
        "stuck",
    )
    search_fields = ("=id", "=payee_id", "account__name", "reference")
    list_select_related = ("account", "file")
    exclude = ("log_txid",)
    inlines = (Entries,)
    action_form = OfTransfer
    actions = ("paid", "rejected", "send_again", "give_up", "paid_besides", "back_besides")
    export_columns = (
        "created_at", "region", "id", "payee_kind", "payee_id", "payee", "purpose", "reference", "currency",
        "amount", "state", "end_to_end_id", "reason", "note",
    )  # fmt: skip

    def export_row(self, row: Payout) -> Iterable[Cell]:
        return (
            time_cell(row.created_at, row.region), row.region, str(row.id), row.payee_kind,
            str(row.payee_id), row.account.name, row.purpose, row.reference, row.currency, row.amount,
            row.state_name, row.end_to_end_id, row.reason, row.note,
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, payout: Payout) -> str:
        return str(payout.money)

    @admin.action(description="Paid: it is on the statement", permissions=["settle"])
    def paid(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        for payout in queryset:
            services.mark_paid(payout.pk, note=note_of(request))

    @admin.action(description="Rejected: the bank has not paid it, or it came back", permissions=["settle"])
    def rejected(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        for payout in queryset:
            services.mark_rejected(payout.pk, note=note_of(request))

    @admin.action(description="Send again, with the next file", permissions=["settle"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        for payout in queryset:
            services.send_again(payout.pk)

    @admin.action(description="Give up: it is never paid", permissions=["settle"])
    def give_up(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        for payout in queryset:
            services.give_up(payout.pk, note=note_of(request))

    @admin.action(
        description="Paid besides: a former attempt, or one given up, is on the statement",
        permissions=["settle"],
    )
    def paid_besides(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        for payout in queryset:
            services.enter_paid_besides(payout.pk, **_of_transfer(request))

    @admin.action(description="Came back: what was paid besides", permissions=["settle"])
    def back_besides(self, request: HttpRequest, queryset: QuerySet[Payout]) -> None:
        for payout in queryset:
            services.enter_back_besides(payout.pk, **_of_transfer(request))


def _of_transfer(request: HttpRequest) -> dict[str, str]:
    return {"reference": said_beside(request, "end_to_end_id"), "note": note_of(request)}


@register(BankFile)
class BankFileAdmin(Exported, Settled):
    """The files for the bank. Whoever settles downloads one, gives it to the bank, and says so."""

    list_display = ("file_name", "region", "day", "number", "count", "money", "sent_at", "download")
    list_filter = ("region", ("day", admin.DateFieldListFilter), ("sent_at", admin.EmptyFieldListFilter))
    search_fields = ("=id",)
    exclude = ("sealed",)
    ordering = ("-made_at",)
    actions = ("sent",)
    export_columns = ("day", "region", "number", "id", "currency", "count", "amount", "made_at", "sent_at")

    def export_row(self, row: BankFile) -> Iterable[Cell]:
        return (
            row.day.isoformat(), row.region, row.number, str(row.id), row.currency, row.count, row.amount,
            time_cell(row.made_at, row.region), time_cell(row.sent_at, row.region),
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, file: BankFile) -> str:
        return str(file.money)

    @admin.display(description="File")
    def download(self, file: BankFile) -> str:
        address = reverse(f"{self.admin_site.name}:payments_bankfile_file", args=[file.pk])
        return format_html('<a href="{}">Download</a>', address)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file)
        return [path("<uuid:file_id>/file/", view, name="payments_bankfile_file"), *super().get_urls()]

    def file(self, request: HttpRequest, file_id: UUID) -> HttpResponse:
        """The file, which is the same each time; who took it is recorded."""
        if not self.has_settle_permission(request):
            raise PermissionDenied
        found = self.get_object(request, str(file_id))
        if found is None:
            raise Http404("There is no such file.")
        record.action("payments", "download", f"bankfile:{file_id}")
        return sent_file(found.content, "application/xml", name=found.file_name)

    @admin.action(description="Sent: the bank has the file", permissions=["settle"])
    def sent(self, request: HttpRequest, queryset: QuerySet[BankFile]) -> None:
        for file in queryset:
            services.mark_file_sent(file.pk)


class AnswerForm(forms.ModelForm):  # type: ignore[type-arg]  # it takes none when it runs
    """The bank's file."""

    answer = forms.FileField(
        label="The bank's answer",
        help_text="A payment status report: ISO 20022, pain.002.001.10.",
        widget=UnfoldAdminFileFieldWidget,
    )

    class Meta:
        model = BankAnswer
        fields = ()


@register(BankAnswer)
class BankAnswerAdmin(Exported, Settled):
    """What the bank answered. The same file is taken once."""

    form = AnswerForm
    list_display = ("taken_at", "region", "file", "applied", "known", "lines_left", "settled_at")
    list_filter = (
        "region",
        ("taken_at", admin.DateFieldListFilter),
        ("settled_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("=id", "=file__id")
    list_select_related = ("file",)
    ordering = ("-taken_at",)
    actions = ("settled",)
    export_columns = ("taken_at", "region", "file_id", "applied", "known", "left", "settled_at")

    def export_row(self, row: BankAnswer) -> Iterable[Cell]:
        return (
            time_cell(row.taken_at, row.region), row.region, str(row.file_id), row.applied, row.known,
            "; ".join(row.left), time_cell(row.settled_at, row.region),
        )  # fmt: skip

    @admin.display(description="Lines left")
    def lines_left(self, answer: BankAnswer) -> str:
        return "; ".join(answer.left)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_settle_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ["answer"]
        return ["region", "file", "taken_at", "applied", "known", "left", "settled_at"]

    def save_by_use_case(self, request: HttpRequest, obj: BankAnswer, form: Any) -> None:
        actor = staff_of(request).actor
        of = None if actor.works_everywhere else actor.regions
        taken = services.take_answer(content=form.cleaned_data["answer"].read(), of=of)
        obj.__dict__.update(taken.__dict__)
        said = f"{taken.applied} lines applied, {taken.known} known already, {len(taken.left)} left."
        self.message_user(request, said, messages.WARNING if taken.left else messages.SUCCESS)

    @admin.action(description="Settled: what was left is dealt with", permissions=["settle"])
    def settled(self, request: HttpRequest, queryset: QuerySet[BankAnswer]) -> None:
        for answer in queryset:
            services.settle_answer(answer.pk)


@register(TransferEntry)
class TransferLedgerAdmin(Exported, ModuleAdmin):
    """The ledger of what left and came in other than by orders."""

    list_display = ("at", "region", "kind", "money", "party_kind", "party_id", "purpose", "reference", "note")
    list_filter = ("kind", "purpose", "party_kind", "region", ("at", admin.DateFieldListFilter))
    search_fields = ("=payout__id", "=collection__id", "=party_id", "=reference")
    export_columns = (
        "at", "region", "kind", "payout_id", "collection_id", "party_kind", "party_id", "purpose",
        "reference", "currency", "amount", "note",
    )  # fmt: skip

    def export_row(self, row: TransferEntry) -> Iterable[Cell]:
        return (
            time_cell(row.at, row.region), row.region, row.kind, str(row.payout_id or ""),
            str(row.collection_id or ""), row.party_kind, str(row.party_id), row.purpose, row.reference,
            row.currency, row.amount, row.note,
        )  # fmt: skip

    @admin.display(description="Amount", ordering="amount")
    def money(self, entry: TransferEntry) -> str:
        return str(entry.money)


queue(
    "Bank files to send",
    BankFile,
    lambda: {"sent_at__isnull": "True"},
    why="Download it, give it to the bank, and say that it is sent.",
)
queue(
    "Payouts rejected",
    Payout,
    lambda: {"state_name": PayoutState.REJECTED.value},
    why="The bank has not paid them, or they came back. Send again, or give up.",
)
queue(
    "Payouts that stand still",
    Payout,
    lambda: {"stuck__gte": "1"},
    why="Nothing has moved for longer than a bank takes.",
)
queue(
    "Bank answers with lines left",
    BankAnswer,
    lambda: {"settled_at__isnull": "True"},
    why="Lines that fit no payout as it stands. See the statement, then say that it is settled.",
)
