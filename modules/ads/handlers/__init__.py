"""What ads does when others report."""

from modules.ads.handlers import billing, customers, restaurants

__all__ = ["billing", "customers", "restaurants"]
