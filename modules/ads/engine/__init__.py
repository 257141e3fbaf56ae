"""The ad engine: from what may be shown and a page view to the ads on it. Plain data in memory, no database,
no network; times are seconds since 1970, money micros (millionths of a currency's main unit)."""
