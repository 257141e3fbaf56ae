"""What tests of the kernel and of modules share."""

from tiffin.testing.settling import settle

__all__ = ["settle"]
