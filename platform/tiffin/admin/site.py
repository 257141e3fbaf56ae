"""The one site of the staff's pages, at /admin/."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from unfold.sites import UnfoldAdminSite

from tiffin import clock
from tiffin.admin.forms import StaffLoginForm
from tiffin.admin.middleware import PREFIX, STAFF_COOKIE
from tiffin.web import tokens


class StaffSite(UnfoldAdminSite):  # type: ignore[misc]  # unfold has no types
    """Logs in by staff token instead of Django's sessions, and keeps its own record of what staff did
    (`StaffAction`) instead of Django's, which would need a table of users."""

    index_title = "Everything"

    def extra_urls(self) -> list[URLPattern]:
        from tiffin.admin import dashboard, events, jobs, queues

        pages = (
            ("dashboard", dashboard.page),
            ("queues", queues.queues),
            ("held-events", events.held_events),
            ("log", events.log_of_key),
            ("jobs", jobs.jobs),
        )
        return [
            path(f"{prefix}{name}/", self.admin_view(view), name=name.replace("-", "_"))
            # Under a module's own name too: there the origin leads to the deployable that holds it.
            for prefix in (*(f"{module}/" for module in settings.TIFFIN_MODULES), "")
            for name, view in pages
        ]

    @method_decorator(never_cache)
    @method_decorator(require_http_methods(["GET", "POST"]))
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the form; on success keep the token in a cookie that no script can read."""
        form = StaffLoginForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            return _keep_token(request, HttpResponseRedirect(_next_page(request)), form.token)
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        context = {
            **self.each_context(request),
            "title": "Log in",
            "app_path": request.get_full_path(),
            "form": form,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/login.html", context)

    @method_decorator(never_cache)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = HttpResponseRedirect(reverse("admin:login"))
        if request.method == "POST":
            response.delete_cookie(STAFF_COOKIE, path=PREFIX, samesite="Strict")
        return response

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        raise Http404("Passwords are changed at identity.")


def _keep_token(request: HttpRequest, response: HttpResponse, token: str) -> HttpResponse:
    claims = tokens.verify(token)
    response.set_cookie(
        STAFF_COOKIE,
        token,
        max_age=max(0, int(claims["exp"] - clock.now().timestamp())),
        path=PREFIX,
        secure=request.is_secure(),
        httponly=True,
        samesite="Strict",
    )
    return response


def _next_page(request: HttpRequest) -> str:
    page = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return page
    return reverse("admin:index")


site = StaffSite(name="admin")
