"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import giving, settling

__all__ = ["giving", "settling"]
