"""What ads does."""

from modules.ads.services.agreeing import agree, agree_as_browser
from modules.ads.services.deciding import decide
from modules.ads.services.recording import MAILED, Origin, record_click, record_impressions

__all__ = ["MAILED", "Origin", "agree", "agree_as_browser", "decide", "record_click", "record_impressions"]
