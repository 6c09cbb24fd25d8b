"""The code on a paper: whoever holds it can ask whether such a paper was issued and still stands.

The link carries a short signature over the paper's key and its content hash. It proves that we printed the
link; without it nobody can walk through the numbers. What it opens shows nothing of what the paper says.
"""

from django.conf import settings
from django.core.cache import cache
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "documents.verification"
LENGTH = 20
A_MINUTE = 60
LOOKS_PER_MINUTE = 60
"""Per address: a whole office behind one address may check a day's papers; a machine may not go through them all."""


def signature(document) -> str:
    """The first 80 bits of an HMAC-SHA256, in hexadecimal."""
    value = f"{document.pk}:{document.content_hash}"
    return salted_hmac(SALT, value, algorithm="sha256").hexdigest()[:LENGTH]


def is_signed(document, given: str) -> bool:
    return constant_time_compare(signature(document), given)


def address(document) -> str:
    """The whole link, as the code on the paper holds it."""
    path = reverse("verify_paper", args=[document.pk, signature(document)])
    return f"{settings.PUBLIC_URL}{path}"


def is_hasty(address_of_client: str) -> bool:
    """Whether one address has looked too often within a minute."""
    key = f"papers:looks:{address_of_client}"
    cache.add(key, 0, A_MINUTE)
    try:
        return cache.incr(key) > LOOKS_PER_MINUTE
    except ValueError:  # the minute ended between the two
        return False
