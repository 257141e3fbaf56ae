"""The running platform from outside, over HTTP: what a customer meets when things go wrong."""
