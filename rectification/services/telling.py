"""Letters about single decisions: whoever asked hears the answer. They go to Chinese offices and read as theirs."""

from datetime import date, datetime

from django.utils.timezone import localdate

from accounts.models import User
from notifications.services import Letter, post_many, write_to
from rectification.chase.people import Addressee, Directory, Place
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


RELAPSE_TELLS = (Recipient.INSPECTOR, Recipient.OFFICE, Recipient.OFFICER)


def tell_relapse(case, look_back, *, note: str, by, at: datetime) -> int:
    """A hazard is back (反弹): one letter at once to everybody who answers for it, whatever the hour, and no digest.

    Inspector, office and township officer, each through the deputy while away; not to whoever found it. How many.
    """
    on = localdate(at)
    return post_many(
        (
            Letter(
                recipient_id=one.user_id,
                kind=KIND,
                subject=f"隐患反弹：{case.unit.name}（{case.number}）"[:200],
                body=f"{case.category.name}\n{by.name}于{day_words(look_back.held_on)}回头看发现：{note}\n"
                f"案件已重新启动第{case.round}轮整改，请及时责令改正并重新确定整改期限。\n{one.why}",
                link=case.get_absolute_url(),
                about=f"case:{case.pk}",
                key=f"relapse:{look_back.pk}:{one.user_id}",
                on=on,
                urgent=True,
            )
            for one in relapse_readers(case, on)
            if one.user_id != by.pk
        ),
        now=at,
    )


def relapse_readers(case, on: date) -> list[Addressee]:
    """Who hears of a relapse, each person once, in the first of their roles."""
    place, directory = Place(case.region_id[:9], case.inspector_id), Directory(on)
    found: dict[int, Addressee] = {}
    for kind in RELAPSE_TELLS:
        for one in directory.told(kind, place):
            found.setdefault(one.user_id, one)
    return list(found.values())


def officers_of(region_id: str, on: date) -> list[User]:
    """Who answers for the township of `region_id` on a day, deputies included."""
    found = Directory(on).told(Recipient.OFFICER, region_id[:9])
    return list(User.objects.filter(pk__in=[one.user_id for one in found]).order_by("pk"))


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
