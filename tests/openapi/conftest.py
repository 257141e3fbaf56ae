"""The people who ask are those of the matrix."""

from tests.matrix.conftest import cast, stage

__all__ = ["cast", "stage"]
