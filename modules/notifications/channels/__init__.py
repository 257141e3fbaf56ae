"""The ways to people, each with the wire it speaks."""
