"""Letters about single decisions: whoever asked hears the answer. They go to Chinese offices and read as theirs."""

from datetime import date

from accounts.models import User
from notifications.services import write_to
from rectification.chase.people import Directory
from rectification.models.chase import Recipient

KIND = "decision"


def tell(
    person: User | None, *, key: str, on: date, subject: str, body: str, link: str, about: str, by=None
) -> None:
    """Write to `person`, once for each `key`; nobody writes to himself."""
    if person is None or (by is not None and person.pk == by.pk):
        return
    write_to(
        person,
        kind=KIND,
        subject=subject,
        body=body,
        link=link,
        about=about,
        key=key,
        on=on,
    )


def tell_about(case, person: User | None, *, key: str, on: date, what: str, body: str, by=None) -> None:
    """A letter about one case: what was decided, and where."""
    tell(
        person,
        key=key,
        on=on,
        subject=f"{what}：{case.unit.name}",
        body=f"{case.number} {case.category.name}\n{body}",
        link=case.get_absolute_url(),
        about=f"case:{case.pk}",
        by=by,
    )


def officers_of(region_id: str, on: date) -> list[User]:
    """Who answers for the township of `region_id` on a day, deputies included."""
    found = Directory(on).told(Recipient.OFFICER, region_id[:9])
    return list(User.objects.filter(pk__in=[one.user_id for one in found]).order_by("pk"))


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
