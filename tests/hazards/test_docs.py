"""docs/states.md says what the table says."""

from devtools import states_doc


def test_states_page_matches_the_table():
    assert states_doc.PATH.read_text(encoding="utf-8") == states_doc.text(), (
        "run python -m devtools.states_doc"
    )
