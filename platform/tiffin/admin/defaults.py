"""How the staff's pages look; `config.settings` takes it as it is."""

from __future__ import annotations

UNFOLD = {
    "SITE_TITLE": "Tiffin staff",
    "SITE_HEADER": "Tiffin",
    "SITE_SUBHEADER": "Staff pages",
    "SITE_SYMBOL": "lunch_dining",
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": True,
        "navigation": "tiffin.admin.navigation.sidebar",
    },
    "COLORS": {
        "primary": {
            "50": "oklch(98% .016 73.7)",
            "100": "oklch(95.4% .038 75.2)",
            "200": "oklch(90.1% .076 70.7)",
            "300": "oklch(83.7% .128 66.3)",
            "400": "oklch(75% .183 55.9)",
            "500": "oklch(70.5% .213 47.6)",
            "600": "oklch(64.6% .222 41.1)",
            "700": "oklch(55.3% .195 38.4)",
            "800": "oklch(47% .157 37.3)",
            "900": "oklch(40.8% .123 38.2)",
            "950": "oklch(26.6% .079 36.3)",
        }
    },
}
