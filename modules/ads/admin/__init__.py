"""Ads on the staff's pages."""

from modules.ads.admin import campaigns, looking

__all__ = ["campaigns", "looking"]
