"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import earning, funding, giving, settling

__all__ = ["earning", "funding", "giving", "settling"]
