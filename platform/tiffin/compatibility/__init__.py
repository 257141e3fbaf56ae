"""Compatibility: what of `contracts/` would break somebody who knows the last release.

Deployables are updated one after the other, in any order. So both must hold: who knows the last release is
understood now, and who knows what is now is understood by the last release (docs/decisions).
"""

from tiffin.compatibility.documents import breaking, breaking_events, breaking_interface

__all__ = ["breaking", "breaking_events", "breaking_interface"]
