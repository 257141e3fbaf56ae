"""Analytics: what happened to those who agreed to it, told to whoever counts it outside, from the event
log."""
