"""What ads knows."""

from modules.ads.selectors.viewers import consent_of

__all__ = ["consent_of"]
