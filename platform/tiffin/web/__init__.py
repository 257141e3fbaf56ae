"""The public face: problems, tokens, idempotent requests, health, OpenAPI. It knows no module."""
