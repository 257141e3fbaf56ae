"""A deployable that loses orders on purpose: what watches over them must notice."""
