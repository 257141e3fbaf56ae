"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class ThriftyArgon2(Argon2PasswordHasher):
    """Argon2id with the first of the settings that the OWASP Password Storage Cheat Sheet calls equal
    (19 MiB, two passes, one lane). Django's own, five times dearer, lets a burst of logins starve orders."""

    algorithm = "argon2"
    memory_cost = 19 * 1024
    time_cost = 2
    parallelism = 1
