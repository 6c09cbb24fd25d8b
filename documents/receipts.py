"""What stands on a receipt of service (送达回证): the paper, how, by whom, to whom, when, refused before whom."""

from datetime import datetime

from documents import wording
from documents.models import Form, Method

ON_PREMISES = (Method.DIRECT, Method.LEFT)
"""Ways that bring a paper to the addressee's own place."""


def content(paper, facts: dict, *, way: str, served_at: datetime, officers: list) -> dict:
    """The frozen content of the receipt of `paper`; `facts` are the words of the delivery."""
    unit = paper.content.get("unit") or {"name": paper.about}
    told = {
        "office": paper.content.get("office") or paper.body,
        "unit": unit,
        "recipient": paper.content.get("department") or unit.get("name") or paper.about,
        "served_title": wording.words(paper)["title"],
        "served_number": paper.number,
        "way": str(way),
        "place": unit.get("address", "") if way in ON_PREMISES else "",
        "served_at": wording.moment_on_paper(served_at),
        "received_by": facts["receiver"],
        "relation": facts["relation"] if facts["receiver"] else "",
        "refused": bool(facts["witness_1"]),
        "refusal_reason": facts["refusal_reason"],
        "witnesses": [name for name in (facts["witness_1"], facts["witness_2"]) if name],
        "officers": [{"name": person.name, "card": person.card_number} for person in officers],
    }
    return told | {"words": wording.frozen(Form.SERVICE, told)}
