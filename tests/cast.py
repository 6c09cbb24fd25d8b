"""The cast: people of two townships, the county above them and a city elsewhere, each a fixture.

East is 马屯镇 (131121104), West is 恩察镇 (131121101), both in 枣强县 (131121). Everybody holds
their post from 1 January 2024 on. The password of all is `PASSWORD`.
"""

from datetime import date

import pytest

PASSWORD = "Juanzong-2025"
SINCE = date(2024, 1, 1)

PROVINCE, CITY, COUNTY = "13", "1311", "131121"
EAST, WEST = "131121104", "131121101"
EAST_VILLAGE, EAST_VILLAGE_2 = "131121104201", "131121104202"
WEST_VILLAGE, WEST_VILLAGE_2 = "131121101201", "131121101202"
QUZHOU, QUZHOU_COUNTY = "3308", "330802"

DIVISIONS = (
    ("13", "河北省", "province", None, "河北省"),
    ("1311", "衡水市", "city", "13", "衡水市"),
    ("131121", "枣强县", "county", "1311", "枣强县"),
    ("131121101", "恩察镇", "township", "131121", "枣强县 恩察镇"),
    ("131121104", "马屯镇", "township", "131121", "枣强县 马屯镇"),
    ("131121101201", "恩察村民委员会", "village", "131121101", "枣强县 恩察镇 恩察村"),
    ("131121101202", "王家洼村民委员会", "village", "131121101", "枣强县 恩察镇 王家洼村"),
    ("131121104201", "张仓口村民委员会", "village", "131121104", "枣强县 马屯镇 张仓口村"),
    ("131121104202", "单仓口村民委员会", "village", "131121104", "枣强县 马屯镇 单仓口村"),
    ("33", "浙江省", "province", None, "浙江省"),
    ("3308", "衢州市", "city", "33", "衢州市"),
    ("330802", "柯城区", "county", "3308", "柯城区"),
)


@pytest.fixture
def divisions(db):
    """The regions of the cast by code: two townships with two villages each, and one city elsewhere."""
    from reference.models import Region

    rows = [
        Region(
            code=code,
            name=name,
            short_name=path.split()[-1],
            path_name=path,
            level=level,
            parent_id=parent,
        )
        for code, name, level, parent, path in DIVISIONS
    ]
    Region.objects.bulk_create(rows, ignore_conflicts=True)
    return {region.code: region for region in Region.objects.filter(code__in=[row[0] for row in DIVISIONS])}


@pytest.fixture
def county(divisions):
    return divisions[COUNTY]


@pytest.fixture
def east(divisions):
    return divisions[EAST]


@pytest.fixture
def west(divisions):
    return divisions[WEST]


@pytest.fixture
def east_village(divisions):
    return divisions[EAST_VILLAGE]


@pytest.fixture
def west_village(divisions):
    return divisions[WEST_VILLAGE]


@pytest.fixture
def offices(divisions):
    """The bodies of the county, by kind; the brigade's papers are numbered 枣消."""
    from accounts.models import Office

    rows = (
        ("brigade", "枣强县消防救援大队", "枣消", COUNTY),
        ("committee", "枣强县消防安全委员会办公室", "枣消安办", COUNTY),
        ("township", "马屯镇人民政府", "马政", EAST),
        ("government", "枣强县人民政府", "枣政", COUNTY),
    )
    return {
        kind: Office.objects.get_or_create(
            name=name, defaults={"kind": kind, "short_name": short, "region_id": region}
        )[0]
        for kind, name, short, region in rows
    }


@pytest.fixture
def brigade(offices):
    return offices["brigade"]


@pytest.fixture
def make_person(divisions):
    """`make_person("li", "李工", "inspector", "131121", card="冀消1")`: an account with a post since 2024."""
    from django.contrib.auth.hashers import make_password

    from accounts.models import Post, User

    hashed = make_password(PASSWORD)

    def make(username, name, role=None, region=None, *, office=None, head=False, title="", card="", **facts):
        email = facts.pop("email", f"{username}@example.test")
        user = User.objects.create(
            username=username, name=name, password=hashed, email=email, card_number=card, **facts
        )
        if role:
            Post.objects.create(
                user=user,
                role=role,
                region_id=region,
                office=office,
                title=title,
                is_head=head,
                starts_on=SINCE,
            )
        return user

    return make


@pytest.fixture
def inspector_a(make_person, brigade):
    return make_person("inspector_a", "周安", "inspector", COUNTY, office=brigade, card="冀消监〔2023〕011")


@pytest.fixture
def inspector_b(make_person, brigade):
    return make_person("inspector_b", "吴平", "inspector", COUNTY, office=brigade, card="冀消监〔2023〕012")


@pytest.fixture
def inspector_c(make_person, brigade):
    """With `inspector_d` the other pair of eyes, which a major hazard needs."""
    return make_person("inspector_c", "郑岩", "inspector", COUNTY, office=brigade, card="冀消监〔2023〕013")


@pytest.fixture
def inspector_d(make_person, brigade):
    return make_person("inspector_d", "钱立", "inspector", COUNTY, office=brigade, card="冀消监〔2023〕014")


@pytest.fixture
def clerk(make_person, brigade):
    """An assistant without a law-enforcement card."""
    return make_person("clerk", "郑文", "assistant", COUNTY, office=brigade)


@pytest.fixture
def officer_east(make_person, offices):
    return make_person("officer_east", "马东", "township_officer", EAST, office=offices["township"])


@pytest.fixture
def officer_west(make_person):
    return make_person("officer_west", "白西", "township_officer", WEST)


@pytest.fixture
def head_east(make_person, offices):
    """The head of the township of East."""
    return make_person(
        "head_east", "东镇长", "township_officer", EAST, office=offices["township"], head=True, title="镇长"
    )


@pytest.fixture
def office(make_person, offices):
    """The county's fire-safety committee office, which approves."""
    return make_person("office", "安办主任", "county_office", COUNTY, office=offices["committee"])


@pytest.fixture
def leader(make_person, offices):
    return make_person("leader", "副县长", "leader", COUNTY, office=offices["government"], title="副县长")


@pytest.fixture
def leader_quzhou(make_person):
    return make_person("leader_quzhou", "衢市长", "leader", QUZHOU)


@pytest.fixture
def auditor(make_person):
    return make_person("auditor", "审计员", "auditor", COUNTY)


@pytest.fixture
def admin_user(make_person):
    """The administrator of the county (not Django's superuser)."""
    return make_person("admin_user", "管理员", "admin", COUNTY)


@pytest.fixture
def stranger(make_person):
    """An account without a post: signs in, and sees nothing."""
    return make_person("stranger", "无职")


CAST = [
    "inspector_a",
    "inspector_b",
    "clerk",
    "officer_east",
    "officer_west",
    "head_east",
    "office",
    "leader",
    "leader_quzhou",
    "auditor",
    "admin_user",
    "stranger",
]


@pytest.fixture
def cast(request):
    """Everybody, by user name."""
    return {name: request.getfixturevalue(name) for name in CAST}


@pytest.fixture
def fresh():
    """`fresh(user)`: the same person as a new request meets them, with nothing remembered."""

    def again(user):
        return type(user).objects.get(pk=user.pk)

    return again


@pytest.fixture
def as_user(client):
    """`as_user(officer_east)`: a browser in which that person is signed in."""

    def sign_in(user):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def api_as():
    """`api_as(officer_east)`: an API client of that person; `api_as()` of nobody."""
    from rest_framework.test import APIClient

    def sign_in(user=None):
        client = APIClient()
        if user is not None:
            client.force_authenticate(user)
        return client

    return sign_in
