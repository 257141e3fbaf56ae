"""Experiments under /api/v1/."""

from __future__ import annotations

from django.urls import path

from modules.experiments.rest import views

urlpatterns = [
    path("experiments/flags", views.Flags.as_view(), name="experiments-flags"),
    path("experiments/exposures", views.Exposures.as_view(), name="experiments-exposures"),
]
