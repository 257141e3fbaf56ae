"""Ads on the staff's pages."""

from modules.ads.admin import bills, campaigns, looking, reports

__all__ = ["bills", "campaigns", "looking", "reports"]
