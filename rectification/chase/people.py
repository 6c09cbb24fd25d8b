"""Who is to be told for a place on a day: the holder of the post, the deputy, the county office, or nobody."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.models import Post, User
from accounts.roles import Role
from rectification.models.chase import Recipient

TITLES = {
    Recipient.OFFICER: "乡镇消防工作人员",
    Recipient.INSPECTOR: "主办检查员",
    Recipient.TOWNSHIP_HEAD: "乡镇长",
    Recipient.LEADER: "县领导",
}
ROLES = (Role.TOWNSHIP_OFFICER, Role.COUNTY_OFFICE, Role.LEADER)


@dataclass(frozen=True)
class Addressee:
    """One person who is told, and the sentence that says why."""

    user_id: int
    why: str


class Directory:
    """The posts in force on a day, read once for a run.

    A person on leave is not told: the deputy is. Where a post is vacant, or its holder has left without a
    deputy, the nearest fire-safety committee office above the place is told in its stead; where there is none
    either, nobody is, and the caller must say so.
    """

    def __init__(self, on: date):
        self.on = on
        self._posts: dict[tuple[str, str], list[Post]] = defaultdict(list)
        self._people: dict[int, User] = {}
        for post in (
            Post.objects.current(on).filter(role__in=ROLES).select_related("user", "deputy").order_by("pk")
        ):
            self._posts[post.role, post.region_id].append(post)
        self._inspectors: dict[int, tuple[Addressee, ...]] = {}

    def told(self, kind: str, township: str, inspector_id: int | None = None) -> tuple[Addressee, ...]:
        """The people told as `kind` about a case in `township`; empty where there is nobody at all."""
        found = self._holders(kind, township, inspector_id)
        return found or self._office(kind, township)

    def supervising(self, code: str, township: str) -> tuple[Addressee, ...]:
        """The committee office of the level that listed, else the nearest one above the township."""
        title = "您所在的消防安全委员会办公室负责督办，故送达本件"
        wanted = [code, *(township[:length] for length in (6, 4, 2))]
        for region in wanted:
            if found := self._served(self._posts[Role.COUNTY_OFFICE, region], title):
                return found
        return ()

    def _holders(self, kind: str, township: str, inspector_id: int | None) -> tuple[Addressee, ...]:
        match kind:
            case Recipient.INSPECTOR:
                return self._inspector(inspector_id)
            case Recipient.LEADER:
                return self._served(self._posts[Role.LEADER, township[:6]], TITLES[kind])
            case Recipient.TOWNSHIP_HEAD:
                heads = [post for post in self._posts[Role.TOWNSHIP_OFFICER, township] if post.is_head]
                return self._served(heads, TITLES[kind])
            case Recipient.OFFICER:
                posts = self._posts[Role.TOWNSHIP_OFFICER, township]
                officers = self._served([post for post in posts if not post.is_head], TITLES[kind])
                # A township whose head does the work alone.
                return officers or self._served(posts, TITLES[kind])
        raise ValueError(kind)

    def _office(self, kind: str, township: str) -> tuple[Addressee, ...]:
        title = f"{TITLES[kind]}空缺或者不在岗，由消防安全委员会办公室代收"
        for length in (6, 4, 2):
            if found := self._served(self._posts[Role.COUNTY_OFFICE, township[:length]], title):
                return found
        return ()

    def _served(self, posts: Iterable[Post], title: str) -> tuple[Addressee, ...]:
        """Who serves in the posts today, each person once."""
        found = {}
        for post in posts:
            for person in self._serving(post, title):
                found.setdefault(person.user_id, person)
        return tuple(found.values())

    def _serving(self, post: Post, title: str) -> Iterable[Addressee]:
        if post.has_deputy(self.on) and post.deputy.is_active:
            yield Addressee(post.deputy_id, f"您代{post.user.name}履行{title}职责，故送达本件。")
        elif post.user.is_active:
            named = title if post.role != Role.COUNTY_OFFICE else ""
            yield Addressee(post.user_id, f"您是{named}，故送达本件。" if named else f"{title}。")

    def _inspector(self, user_id: int | None) -> tuple[Addressee, ...]:
        if user_id is None:
            return ()
        if user_id not in self._inspectors:
            # Read with the first case of each: a brigade has few inspectors, a province many.
            self._read_inspectors([user_id])
        return self._inspectors[user_id]

    def read_inspectors(self, user_ids: Iterable[int | None]) -> None:
        """Look up many at once, so that `told` asks the database no more."""
        wanted = {user_id for user_id in user_ids if user_id is not None} - self._inspectors.keys()
        if wanted:
            self._read_inspectors(sorted(wanted))

    def _read_inspectors(self, user_ids: list[int]) -> None:
        posts = defaultdict(list)
        held = Post.objects.current(self.on).filter(Q(role=Role.INSPECTOR), user_id__in=user_ids)
        for post in held.select_related("user", "deputy").order_by("pk"):
            posts[post.user_id].append(post)
        for user_id in user_ids:
            self._inspectors[user_id] = self._served(posts[user_id], TITLES[Recipient.INSPECTOR])[:1]
