"""The platform under load, through its public API alone: it cannot tell a benchmark from a customer."""
