"""Ads on the staff's pages."""

from modules.ads.admin import campaigns, looking, reports

__all__ = ["campaigns", "looking", "reports"]
