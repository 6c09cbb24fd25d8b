"""Argon2 at its lowest price, so that tests hash as the product does without waiting for it."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """One pass over 8 KiB; never for a real password."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
