"""The same customers and restaurants as in the acceptance tests."""

from tests.acceptance.conftest import customer, places

__all__ = ["customer", "places"]
