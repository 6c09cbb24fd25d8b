"""Who is to be told about a thing on a day: the holder of the post, the deputy, the office in their stead, or nobody."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from accounts.models import Office, Post, User
from accounts.roles import Role
from rectification.models.chase import ChaseClaim, Recipient

Via = ChaseClaim.Via
TITLES = {
    Recipient.RESPONSIBLE: "承办人",
    Recipient.ASKER: "交办人",
    Recipient.OFFICER: "乡镇消防工作人员",
    Recipient.INSPECTOR: "主办检查员",
    Recipient.TOWNSHIP_HEAD: "乡镇长",
    Recipient.OFFICE: "消防安全委员会办公室",
    Recipient.SUPERVISOR: "挂牌督办单位",
    Recipient.DEPARTMENT: "受移送部门",
    Recipient.LEADER: "县领导",
}
TITLE_LENGTHS = (6, 4, 2)
LEVEL_LENGTH = {"province": 2, "city": 4, "county": 6}


@dataclass(frozen=True)
class Place:
    """What decides who is told about one thing."""

    township: str
    inspector_id: int | None = None
    person_id: int | None = None
    asker_id: int | None = None
    level: str = ""
    department: str = ""


@dataclass(frozen=True)
class Addressee:
    """One person who is told, in which capacity, and the sentence that says why."""

    user_id: int
    why: str
    via: str = Via.POST
    post_id: int | None = None


class Directory:
    """The posts in force on a day, read once for a run.

    A person on leave is not told: the deputy is. Where a post is vacant, or its holder has left without a
    deputy, the nearest fire-safety committee office above the place is told in its stead; where there is none
    either, nobody is, and the caller must say so.
    """

    def __init__(self, on: date):
        self.on = on
        self._posts: dict[tuple[str, str], list[Post]] = defaultdict(list)
        self._departments: dict[str, list[Post]] = defaultdict(list)
        self._persons: dict[int, list[Post]] = {}
        current = Post.objects.current(on).select_related("user", "deputy", "office").order_by("pk")
        for post in current.filter(role__in=(Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICE, Role.LEADER)):
            self._posts[post.role, post.region_id].append(post)
        for post in current.filter(office__kind=Office.Kind.DEPARTMENT):
            self._departments[post.office.name].append(post)

    def told(self, kind: str, place: Place | str, inspector_id: int | None = None) -> tuple[Addressee, ...]:
        """The people told as `kind`; empty where there is nobody at all. A township alone is a place too."""
        if isinstance(place, str):
            place = Place(place, inspector_id)
        found = self._holders(kind, place)
        return found or self._office_in_stead(kind, place.township)

    def _holders(self, kind: str, place: Place) -> tuple[Addressee, ...]:
        match kind:
            case Recipient.RESPONSIBLE:
                return self._person(place.person_id or place.inspector_id, kind)
            case Recipient.ASKER:
                return self._person(place.asker_id, kind)
            case Recipient.INSPECTOR:
                return self._person(place.inspector_id, kind, role=Role.INSPECTOR)
            case Recipient.LEADER:
                return self._served(self._posts[Role.LEADER, place.township[:6]], TITLES[kind])
            case Recipient.OFFICE:
                return self._nearest_office(place.township, TITLES[kind])
            case Recipient.SUPERVISOR:
                return self._nearest_office(
                    place.township[: LEVEL_LENGTH.get(place.level, 6)], TITLES[kind]
                )
            case Recipient.DEPARTMENT:
                posts = self._departments[place.department]
                return self._served(
                    [post for post in posts if place.township.startswith(post.region_id)], TITLES[kind]
                )
            case Recipient.TOWNSHIP_HEAD:
                heads = [post for post in self._posts[Role.TOWNSHIP_OFFICER, place.township] if post.is_head]
                return self._served(heads, TITLES[kind])
            case Recipient.OFFICER:
                posts = self._posts[Role.TOWNSHIP_OFFICER, place.township]
                officers = self._served([post for post in posts if not post.is_head], TITLES[kind])
                # A township whose head does the work alone.
                return officers or self._served(posts, TITLES[kind])
        raise ValueError(kind)

    def _nearest_office(self, code: str, title: str) -> tuple[Addressee, ...]:
        for region in dict.fromkeys((code, *(code[:length] for length in TITLE_LENGTHS))):
            if found := self._served(self._posts[Role.COUNTY_OFFICE, region], title):
                return found
        return ()

    def _office_in_stead(self, kind: str, township: str) -> tuple[Addressee, ...]:
        why = f"{TITLES[kind]}空缺或者不在岗，由消防安全委员会办公室代收。"
        found = self._nearest_office(township, "")
        return tuple(Addressee(one.user_id, why, Via.OFFICE, one.post_id) for one in found)

    def _served(self, posts: Iterable[Post], title: str) -> tuple[Addressee, ...]:
        """Who serves in the posts today, each person once."""
        found = {}
        for post in posts:
            for person in self._serving(post, title):
                found.setdefault(person.user_id, person)
        return tuple(found.values())

    def _serving(self, post: Post, title: str) -> Iterable[Addressee]:
        if post.has_deputy(self.on) and post.deputy.is_active:
            why = f"您代{post.user.name}履行{title}职责，故送达本件。"
            yield Addressee(post.deputy_id, why, Via.DEPUTY, post.pk)
        elif post.user.is_active:
            yield Addressee(post.user_id, f"您是{title}，故送达本件。", Via.POST, post.pk)

    # --- people by name -----------------------------------------------------------------------------
    def _person(self, user_id: int | None, kind: str, role: str | None = None) -> tuple[Addressee, ...]:
        """A person named by the thing itself, as far as they serve today; through the deputy while on leave."""
        if user_id is None:
            return ()
        self.read([user_id])
        posts = [post for post in self._persons[user_id] if role is None or post.role == role]
        found = self._served(posts, TITLES[kind])[:1]
        if role is None:
            # Named for what they were asked, not for a post: only the words differ.
            return tuple(
                Addressee(one.user_id, one.why, Via.NAMED if one.via == Via.POST else one.via, one.post_id)
                for one in found
            )
        return found

    def read(self, user_ids: Iterable[int | None]) -> None:
        """Look up many at once, so that `told` asks the database no more."""
        wanted = {user_id for user_id in user_ids if user_id is not None} - self._persons.keys()
        if not wanted:
            return
        held = Post.objects.current(self.on).filter(user_id__in=wanted)
        found = defaultdict(list)
        for post in held.select_related("user", "deputy").order_by("pk"):
            found[post.user_id].append(post)
        for user_id in wanted:
            self._persons[user_id] = found[user_id]

    def names(self, user_ids: Iterable[int]) -> dict[int, User]:
        return User.objects.in_bulk(user_ids)
