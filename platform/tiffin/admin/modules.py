"""A module's tables on the staff's pages: everything can be read, and what changes goes through a use case.

@register(Order)
class OrderAdmin(ModuleAdmin):
    list_display = ("id", "region", "status", "created_at")
    actions = ("cancel",)

    @admin.action(description="Cancel", permissions=["act"])
    def cancel(self, request, queryset):
        for order in queryset:
            services.cancel_order(order_id=order.id, reason="staff")
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin as DjangoModelAdmin
from django.contrib.admin import options
from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.admin import ModelAdmin, TabularInline
from unfold.paginator import InfinitePaginator

from tiffin.admin import record
from tiffin.admin.refusals import said_in_forms, saying
from tiffin.admin.site import site
from tiffin.admin.staff import staff_of
from tiffin.context import Actor
from tiffin.errors import DomainError
from tiffin.interfaces import ModuleFault, ModuleUnavailable

NO_ANSWER = "A part of the platform did not answer; try again."

if TYPE_CHECKING:
    _Admin = DjangoModelAdmin[Any]
else:
    _Admin = DjangoModelAdmin  # Django's class takes no parameters when it runs


def _no_content_type(obj: type[Model] | Model) -> Any:
    """Django's page of one row names its model in a table of all models. That table is identity's, a module
    elsewhere has none, and no page of ours reads the name."""
    return SimpleNamespace(pk=None)


options.get_content_type_for_model = _no_content_type


class _WithoutTransaction(_Admin):
    """Stands before Django's ModelAdmin in the order of classes and leaves out its transactions: use cases
    open their own, durably, and may not be called inside another."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        raise Http404("Nothing is deleted here.")

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        raise Http404("What staff did is in the module's staff actions.")


class ModuleAdmin(ModelAdmin, _WithoutTransaction):  # type: ignore[misc]  # unfold has no types
    """Read-only, and never in a transaction. Staff of some regions see the rows of these, by `region_field`;
    of a model that has no such field they see nothing.

    Actions with `permissions=["act"]` are offered to roles with "change" in the module's `roles.py`. A form
    can be saved only if the subclass says which use case that is, by overriding `save_by_use_case`. An action
    in `previews` first shows, by the method that stands there, what it would mean; it is done once the page
    of that method says `confirmed`, and what is refused then is shown anew.
    """

    list_per_page = 50
    show_full_result_count = False
    paginator = InfinitePaginator  # counting a table that grows by a million rows a day is never worth it
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    list_filter_submit = True
    region_field = "region"
    previews: Mapping[str, str] = {}

    def __init__(self, model: type[Model], admin_site: Any) -> None:
        if self.list_editable or self.ordering_field:
            raise ImproperlyConfigured(f"{type(self).__name__}: rows are changed by use cases, not in lists")
        super().__init__(model, admin_site)

    def save_by_use_case(self, request: HttpRequest, obj: Any, form: Any) -> None:
        """Override to let the form be saved: call a service with what the form holds."""
        raise Http404("This is not changed here.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        saves = type(self).save_by_use_case is not ModuleAdmin.save_by_use_case
        return saves and self.has_act_permission(request, obj)

    def has_act_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the staff's roles have "change" in this module."""
        return staff_of(request).has_perm(f"{self._module}.change")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return in_regions(rows, staff_of(request).actor, self.region_field)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> QuerySet[Any] | None:
        """What can be chosen in a form is what can be seen."""
        pages = site._registry.get(db_field.remote_field.model)
        rows: QuerySet[Any] | None = pages.get_queryset(request) if pages else None
        return rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What the model itself does not let be edited can still be read."""
        fixed = [field.name for field in self.opts.concrete_fields if not field.editable]
        return [*super().get_readonly_fields(request, obj), *fixed]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.save_by_use_case(request, obj, form)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        view = super().changeform_view
        try:
            return _with_refusals_shown(self, request, view, *args, **kwargs)
        except ValidationError as refusal:
            # The form is shown again with what was typed, and says what the use case found wrong with it.
            with said_in_forms(refusal):
                return _with_refusals_shown(self, request, view, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return saying(super().get_form(request, obj, change, **kwargs))

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return _with_refusals_shown(self, request, super().changelist_view, *args, **kwargs)

    def response_action(
        self, request: HttpRequest, queryset: QuerySet[Any], *args: Any, **kwargs: Any
    ) -> Any:
        """Run an action on each that is selected: what is done is recorded at once, and what is refused keeps
        nothing else from being done."""
        action, chosen = request.POST.get("action", ""), request.POST.getlist("_selected_action")
        across = request.POST.get("select_across", "0") not in {"", "0"}
        if not action or not (chosen or across):
            return super().response_action(request, queryset, *args, **kwargs)
        rows = queryset if across else queryset.filter(pk__in=chosen)
        preview = self.previews.get(action) if action in self.get_actions(request) else None
        if preview and "confirmed" not in request.POST:
            return getattr(self, preview)(request, rows[: self.list_per_page])
        refusals = defaultdict[str, list[str]](list)
        for pk in list(rows.values_list("pk", flat=True)):
            one = queryset.filter(pk=pk)
            try:
                response = super().response_action(request, one, *args, **kwargs)
            except DomainError as refusal:
                refusals[refusal.sentence].append(str(pk))
            except (ModuleUnavailable, ModuleFault):
                refusals[NO_ANSWER].append(str(pk))
            else:
                if response is None:
                    return None  # no such action: Django has said so
                record.action(self._module, action, f"{self._subject}:{pk}")
        for sentence, refused in refusals.items():
            self.message_user(request, f"{sentence} ({', '.join(refused)})", messages.ERROR)
        if preview and refusals:
            anew = queryset.filter(pk__in=[pk for refused in refusals.values() for pk in refused])
            return getattr(self, preview)(request, anew, status=HTTPStatus.CONFLICT)
        return HttpResponseRedirect(request.get_full_path())

    def message_user(self, request: HttpRequest, message: Any, *args: Any, **kwargs: Any) -> None:
        """An action says what it has to say once, however many it was for."""
        said: set[str] = request.__dict__.setdefault("said_to_staff", set())
        if str(message) not in said:
            said.add(str(message))
            super().message_user(request, message, *args, **kwargs)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record("add", obj)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record("change", obj)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[Any]) -> Any:
        for obj in queryset:
            self._record("delete", obj)

    def _record(self, action: str, obj: Any) -> None:
        record.action(self._module, action, f"{self._subject}:{obj.pk}")

    @property
    def _module(self) -> str:
        return str(self.opts.app_label)

    @property
    def _subject(self) -> str:
        return str(self.opts.model_name)


class ReadOnlyInline(TabularInline):  # type: ignore[misc]  # unfold has no types
    """The rows that belong to one, shown beneath it."""

    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return list(self.fields or (field.name for field in self.opts.concrete_fields))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def register(*models: type[Model]) -> Callable[[type[ModuleAdmin]], type[ModuleAdmin]]:
    """Show `models` on the staff's pages by the decorated ModuleAdmin."""

    def decorate(pages: type[ModuleAdmin]) -> type[ModuleAdmin]:
        if not issubclass(pages, ModuleAdmin):
            raise ImproperlyConfigured(f"{pages.__name__} must be a ModuleAdmin")
        site.register(models, pages)
        return pages

    return decorate


def in_regions(rows: QuerySet[Any], actor: Actor, region_field: str) -> QuerySet[Any]:
    """Those of `rows` that belong to the regions in which `actor` works."""
    if actor.works_everywhere:
        return rows
    try:
        rows.model._meta.get_field(region_field.partition("__")[0])
    except FieldDoesNotExist:
        return rows.none()
    return rows.filter(**{f"{region_field}__in": actor.regions})


def _with_refusals_shown(
    pages: ModuleAdmin, request: HttpRequest, view: Callable[..., Any], *args: Any, **kwargs: Any
) -> HttpResponse:
    """A use case's refusal is a sentence for the person at the page, not an error page."""
    try:
        return view(request, *args, **kwargs)  # type: ignore[no-any-return]
    except DomainError as refusal:
        pages.message_user(request, refusal.sentence, messages.ERROR)
    except (ModuleUnavailable, ModuleFault):
        pages.message_user(request, NO_ANSWER, messages.ERROR)
    return HttpResponseRedirect(request.get_full_path())
