"""How customers choose what they hear, and where."""
