"""Testland: a region with short timeouts, for tests over the running platform."""
