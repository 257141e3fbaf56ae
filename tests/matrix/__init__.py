"""Who may do what: every endpoint and page, with every kind of actor, over HTTP on the running platform."""
