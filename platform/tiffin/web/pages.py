"""The pages that problems point to: what a code means and what to do about it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from tiffin.web.catalogue import all_problems


@require_safe
@cache_control(max_age=3600, public=True)
def problem_index(request: HttpRequest) -> HttpResponse:
    """Every code, in alphabetical order."""
    return render(request, "tiffin/problems.html", {"problems": list(all_problems().values())})


@require_safe
@cache_control(max_age=3600, public=True)
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """One code."""
    known = all_problems().get(code)
    if known is None:
        raise Http404(f"There is no problem of the code “{code}”.")
    return render(request, "tiffin/problem.html", {"problem": known})
