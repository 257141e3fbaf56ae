"""What ads knows."""

from modules.ads.selectors.viewers import agreed

__all__ = ["agreed"]
