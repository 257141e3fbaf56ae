"""What rewards does when something happened elsewhere."""

from modules.rewards.handlers import earning, funding, giving, settling, standing

__all__ = ["earning", "funding", "giving", "settling", "standing"]
