"""What ads does."""

from modules.ads.services.deciding import decide
from modules.ads.services.habits import agree
from modules.ads.services.recording import Origin, record_click, record_impressions

__all__ = ["Origin", "agree", "decide", "record_click", "record_impressions"]
