"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import funding

__all__ = ["funding"]
