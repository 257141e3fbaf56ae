"""The deployable."""

from tiffin import memory

memory.load()
