"""What every deployable answers besides its modules' API."""

from __future__ import annotations

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from tiffin.web import health, pages
from tiffin.web.internal import internal

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("internal/v1/<str:what>", internal, name="internal"),
    path("problems/", pages.problem_index, name="problems"),
    path("problems/<str:code>", pages.problem, name="problem"),
    path("api/v1/openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="openapi"), name="api-docs"),
]
