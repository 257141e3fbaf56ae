"""Everything the platform stands on, from wheels: PostgreSQL, Redis and an origin, under one supervisor.

`python -m tiffin.embedded up` is what `script/up` runs. Nothing here knows Django.
"""
