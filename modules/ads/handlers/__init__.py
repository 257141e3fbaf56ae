"""What ads does when others report."""

from modules.ads.handlers import customers, restaurants

__all__ = ["customers", "restaurants"]
