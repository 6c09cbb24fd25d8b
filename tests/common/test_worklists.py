"""Tabs of a worklist, and the key that an address names."""

import pytest

from common.listing import key_in, tabs_of


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("12", 12),
        ("0", 0),
        ("", None),
        ("-1", None),
        ("1.5", None),
        (" 1", None),
        ("²", None),
        ("٣", None),
        ("9" * 40, 999_999_999_999),
    ],
)
def test_the_key_that_an_address_names(text, key):
    assert key_in(text) == key


def test_tabs_stand_in_the_order_of_their_labels_and_only_those_that_are_counted():
    labels = {"due": "To do", "late": "Late", "all": "All"}
    tabs = tabs_of(
        "/x/", labels, {"late": 12_000, "due": 0}, "late", tones={"late": "danger"}, more="&unit=3"
    )
    assert tabs == [
        {"label": "To do", "href": "/x/?tab=due&unit=3", "current": False, "count": 0, "tone": ""},
        {
            "label": "Late",
            "href": "/x/?tab=late&unit=3",
            "current": True,
            "count": "10,000+",
            "tone": "danger",
        },
    ]
