"""Ads: who pays to be seen, what is shown to whom, and what it costs, in one service for every page."""
