"""Papers on A4: every form says what it must, every glyph is there, and nothing that people wrote is executed."""

import io
from datetime import timedelta

import docx
import pytest
from django.core.cache import cache

from common.errors import RuleBroken
from devtools import paper_docx
from documents import glyphs, typesetting, word
from documents.models import FORM_MARK, Form
from documents.services import void
from documents.wording import TITLE
from tests.documents import reading
from tests.documents.samples import CONTENT, EXIT, paper
from tests.factories import at, plus

pytestmark = pytest.mark.django_db

SENTENCES = {
    Form.INSPECTION: [
        "检查形式监督抽查",
        "2026年3月10日9时05分至2026年3月10日10时40分",
        "疏散通道、安全出口是否畅通？不符合",
        "口头责令，当场改正",
        "限2026年3月13日前改正",
        "周安（证号：冀消监〔2023〕0111）",
        "吴平（证号：冀消监〔2023〕0112）",
        "协助人员：孙文员",
        "拒绝签名，由检查人员注明",
        "被检查单位（场所）负责人（签名）",
    ],
    Form.CORRECT_NOW: [
        "现责令立即改正",
        "《消防法》第二十八条",
        "拒不改正的，将依法予以处罚",
        "六十日内依法申请行政复议",
    ],
    Form.CORRECT_BY: [
        "现责令按下列期限改正",
        "二层东侧安全出口上锁，钥匙由值班人员随身携带（二层东侧）",
        "《消防法》第二十八条",
        "改正要求：立即拆除门锁，保持安全出口畅通",
        "2026年3月13日",
        "2026年3月25日",
        "书面报告整改情况并申请复查",
        "六个月内依法向人民法院提起行政诉讼",
        "受送达人（签名或者盖章）",
    ],
    Form.MAJOR: ["直接判定", "GB35181-2017第6.2条", "停用二层，安排专人值守", "抄送：枣强县人民政府"],
    Form.RECHECK: ["已改正第1次复查", "未改正第1次复查", "新的期限：2026年4月2日", "仍住两人"],
    Form.SUSPENSION: [
        "现决定停产停业",
        "停产停业范围：裁断车间、缝制车间",
        "验收合格前不得擅自恢复生产、经营",
    ],
    Form.RESUMPTION: [
        "同意恢复生产、经营",
        "停产停业决定书：枣消停字〔2026〕第0001号",
        "验收日期：2026年3月9日",
    ],
    Form.RESUMPTION_REFUSED: ["不同意恢复生产、经营，理由如下", "理由：车间北侧仍住两人"],
    Form.LISTING: ["挂牌级别县级", "枣政函〔2026〕3号", "督办领导刘副县长", "整改期限2026年6月10日"],
    Form.DELISTING: [
        "现予摘牌",
        "摘牌文号枣政函〔2026〕9号",
        "整改销案日期2026年6月1日",
        "摘牌日期2026年6月3日",
    ],
    Form.REVERSAL: [
        "现予反销号",
        "原销号日期2026年6月1日",
        "反销号理由：隔墙未砌到顶",
        "整改期限2026年3月25日",
    ],
    Form.REFERRAL: [
        "枣强县住房和城乡建设局：",
        "移送理由：涉及未经消防验收擅自投入使用",
        "将处理结果函告本机关",
    ],
    Form.EXTENSION: ["同意整改期限由2026年3月25日延长至2026年4月25日", "期间防范措施：停用北侧，昼夜巡查"],
    Form.MEETING: ["参加人员周安、吴平、郑文", "GB35181-20177.3.1", "认定为重大火灾隐患", "主持人（签名）"],
    Form.SEAL: [
        "查封部位（场所）一层裁断车间北侧",
        "2026年3月10日至2026年4月9日",
        "集体研究日期2026年3月10日",
    ],
    Form.UNSEAL: ["枣消封字〔2026〕第0001号", "现决定解除临时查封"],
    Form.UNSEAL_REFUSED: [
        "不同意解除临时查封决定书",
        "枣消封字〔2026〕第0001号",
        "决定不予解除临时查封，理由如下",
        "事实和理由：北侧隔间仍住两人",
        "火灾隐患消除后，可以再次申请解除临时查封",
    ],
    Form.SUPERVISION: ["大营镇人民政府：", "请大营镇立即组织整改，一周内报结果", "办理期限2026年3月17日"],
    Form.SERVICE: [
        "枣消限字〔2026〕第0001号",
        "留置送达",
        "受送达人拒收，见证人：赵六、钱七",
        "拒收事由负责人称须请示总公司",
        "送达人：周安（证号：冀消监〔2023〕0111）",
        "吴平（证号：冀消监〔2023〕0112）",
    ],
    Form.LOOK_BACK: [
        "案号131121-2026-000002",
        "销号日期2025年12月10日",
        "检查结果隐患反弹，重新立案整改",
        "检查情况裁断车间北侧又住入两人",
        "吴平（证号：冀消监〔2023〕0112）",
    ],
    Form.DEMAND: [
        "停产停业决定书枣消停字〔2026〕第0001号",
        "决定书送达日期2026年3月3日",
        "停产停业履行期限届满日期2026年3月5日",
        "未履行情况裁断车间六台设备正在运转",
        "自收到本催告书之日起3日内",
        "有权进行陈述和申辩",
        "周安（证号：冀消监〔2023〕0111）",
    ],
    Form.ENFORCEMENT: [
        "催告书枣消催字〔2026〕第0001号",
        "催告履行期限届满日期2026年3月9日",
        "2026年3月7日李春明：订单急，请求宽限",
        "复核意见订单不是正当理由",
        "强制执行方式张贴封条，停止供应生产用电",
        "强制执行时间2026年3月12日",
        "理由：催告期满后车间仍在生产",
        "六个月内依法向人民法院提起行政诉讼",
    ],
    Form.ADVICE: ["现督促你单位按下列期限整改", "不是行政执法文书"],
}


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


@pytest.fixture
def issued(inspector_a, east_village):
    return lambda form, **changes: paper(form, inspector_a, east_village.code, **changes)


@pytest.mark.parametrize("form", Form.values)
def test_every_form_says_what_it_must_with_every_glyph_embedded(issued, form):
    made = issued(form)
    printed = typesetting.pdf([made])
    said = reading.text(printed)
    for sentence in [TITLE[form], f"枣消{FORM_MARK[form]}字〔2026〕第0001号", *SENTENCES[form]]:
        assert sentence in said
    found = reading.fonts(printed)
    assert found and all(found.values())
    assert all("NotoSerifSC" in name and name[7] == "+" for name in found)
    assert reading.boxes(printed) == 0
    assert glyphs.missing(said) == []


@pytest.mark.parametrize("form", Form.values)
def test_every_form_opens_in_word(issued, form):
    said = words_of(word.docx(issued(form)))
    for sentence in [TITLE[form], *SENTENCES[form]]:
        assert sentence in said


@pytest.mark.parametrize(
    ("stop", "form", "title", "sentences"),
    [
        (
            "use",
            "suspension",
            "责令停止使用决定书",
            ["隐患消除前不得使用，现决定停止使用", "停止使用范围：裁断车间", "验收合格前不得擅自恢复使用"],
        ),
        (
            "work",
            "suspension",
            "责令停止施工决定书",
            ["隐患消除前不得施工，现决定停止施工", "停止施工范围：裁断车间", "验收合格前不得擅自恢复施工"],
        ),
        (
            "use",
            "resumption",
            "同意恢复使用决定书",
            ["停止使用所涉火灾隐患已消除，同意恢复使用", "停止使用决定书：枣消停字"],
        ),
        (
            "work",
            "resumption_refused",
            "不同意恢复施工决定书",
            ["不同意恢复施工，理由如下", "停止施工决定书：枣消停字", "验收合格前不得擅自恢复施工"],
        ),
    ],
)
def test_what_is_stopped_is_named_on_every_print(issued, as_user, inspector_a, stop, form, title, sentences):
    made = issued(form, stop=stop, title=title)
    page = "".join(as_user(inspector_a).get(made.get_absolute_url()).content.decode().split())
    for said in (reading.text(typesetting.pdf([made])), words_of(word.docx(made)), page):
        for sentence in [title, *sentences]:
            assert sentence in said
    assert "停产停业" not in reading.text(typesetting.pdf([made]))


@pytest.mark.parametrize(
    ("grounds", "sentence"),
    [("expired", "临时查封期限已经届满，现解除临时查封"), ("unstudied", "未在二十四小时内经集体研究决定")],
)
def test_a_seal_that_merely_ends_does_not_say_that_the_hazard_is_gone(issued, grounds, sentence):
    said = reading.text(typesetting.pdf([issued("unseal", grounds=grounds)]))
    assert sentence in said and "隐患已消除" not in said


def test_a_breach_with_a_deadline_of_its_own_stands_on_the_order(issued):
    made = issued("correct_by", items=[dict(EXIT, due_on="2026-03-25", breach_due_on="2026-03-13")])
    said = reading.text(typesetting.pdf([made]))
    assert "2026年3月25日其中违法行为：2026年3月13日" in said


def words_of(data: bytes) -> str:
    """The text of a Word file: paragraphs and cells in their order, without white space."""
    file = docx.Document(io.BytesIO(data))
    return "".join(
        "".join(node.text or "" for node in file.element.iter() if node.tag.endswith("}t")).split()
    )


def test_the_word_template_is_what_its_script_writes(tmp_path):
    paper_docx.main(tmp_path / "paper.docx")
    made, kept = (docx.Document(path).element.xml for path in (tmp_path / "paper.docx", paper_docx.TARGET))
    assert made == kept


def test_every_form_has_its_words():
    assert set(TITLE) == set(Form) == set(FORM_MARK) == set(CONTENT) == set(SENTENCES)
    assert len(set(FORM_MARK.values())) == len(Form)


def test_sixty_items_are_counted_over_their_pages(issued):
    items = [EXIT | {"number": f"131121-2026-{n:06d}", "due_on": "2026-03-13"} for n in range(1, 61)]
    printed = typesetting.pdf([issued(Form.CORRECT_BY, items=items)])
    found = reading.pages(printed)
    assert len(found) > 5
    for n, page in enumerate(found, 1):
        assert f"第{n}页共{len(found)}页" in page
        assert ("序号违法行为和火灾隐患" in page) == ("131121-2026-" in page)
    assert "131121-2026-000060" in "".join(found)
    assert words_of(word.docx(issued(Form.CORRECT_BY, items=items))).count("二层东侧安全出口上锁") == 60


LONG = {"characters": "字" * 2000, "lines": "行\n" * 200, "letters": "A" * 2000}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
@pytest.mark.parametrize("form", Form.values)
def test_whatever_its_length_nothing_falls_off_the_page(issued, form, text):
    fields = (
        "reason",
        "note",
        "remark",
        "requirement",
        "conclusion",
        "instruction",
        "interim",
        "place",
        "scope",
    )
    items = [
        EXIT | {"description": text, "note": text, "outcome": "fail", "due_on": "2026-03-13"},
        EXIT | {"description": text[:400], "note": text[:280], "outcome": "fail", "due_on": "2026-03-13"},
    ]
    made = issued(form, items=items, findings=items, case=items[0], **dict.fromkeys(fields, text))
    printed = typesetting.pdf([made])
    # The page numbers stand lowest: 35 mm below the text block less what the footer takes.
    assert 18 < reading.lowest(printed) < 28


@pytest.mark.parametrize(
    "evil",
    [
        "{{ ''.__class__.__mro__ }}",
        "{% for x in y %}",
        '#panic(1) #read("/etc/passwd") $x$ *粗* _斜_ `x` <end-0> @end \\u{41} // 注',
        "<w:t>&amp;</w:t> ]]> \"'",
        "换行一\n换行二\x00\x0b\x0c尾",
    ],
)
def test_what_people_wrote_is_printed_and_never_executed(issued, evil):
    # PostgreSQL's jsonb takes no NUL; everything else arrives as it was written.
    made = issued(
        Form.CORRECT_BY, items=[EXIT | {"description": evil.replace("\x00", ""), "due_on": "2026-03-13"}]
    )
    wanted = "".join(evil.replace("\x00", "").replace("\x0b", "").replace("\x0c", "").split())
    assert wanted in reading.text(typesetting.pdf([made]))
    assert wanted in words_of(word.docx(made))


def test_rare_characters_of_names_print_and_those_without_a_glyph_are_said(issued, as_user, inspector_a):
    made = issued(Form.CORRECT_BY, unit={"name": "䶮㛃记商行", "address": "𬸚𫖯路㙦号"})
    printed = typesetting.pdf([made])
    assert "䶮㛃记商行：" in reading.text(printed) and "𬸚𫖯路㙦号" in reading.text(printed)
    assert reading.boxes(printed) == 0
    assert "No font holds" not in page_of(as_user(inspector_a), made)
    odd = issued(Form.CORRECT_BY, unit={"name": "笑脸😀店", "address": "x"})
    assert glyphs.missing("笑脸😀店") == ["😀"]
    assert reading.boxes(typesetting.pdf([odd])) > 0
    assert "😀. They cannot be printed" in page_of(as_user(inspector_a), odd)


def page_of(client, made) -> str:
    client.cookies["django_language"] = "en"
    return client.get(made.get_absolute_url(), headers={"Accept-Language": "en"}).content.decode()


def test_bold_takes_the_rare_character_from_regular(issued):
    made = issued(Form.CORRECT_BY, items=[EXIT | {"category": "䶮字粗体", "due_on": "2026-03-13"}])
    printed = typesetting.pdf([made])
    assert "䶮字粗体" in reading.text(printed) and reading.boxes(printed) == 0


def test_a_void_paper_says_so_on_every_page(issued, office):
    items = [EXIT | {"due_on": "2026-03-13"} for _ in range(20)]
    made = issued(Form.CORRECT_BY, items=items)
    before = typesetting.pdf([made])
    assert "作废" not in reading.text(before)
    void(made, by=office, at=at(), reason="写错单位")
    assert all("作废" in page for page in reading.pages(typesetting.pdf([made])))
    assert "作" in docx.Document(io.BytesIO(word.docx(made))).sections[0].header.paragraphs[0].text


def test_papers_of_the_first_days_still_print(issued, inspector_a, east_village):
    from documents.services import issue

    for form in Form.values:
        old = issue(
            form=form, body="枣消", region_id=east_village.code, about="旧店", content={"items": ["安全出口上锁"]},
            by=inspector_a, at=at(),
        )  # fmt: skip
        assert TITLE[form] in reading.text(typesetting.pdf([old]))
        assert TITLE[form] in words_of(word.docx(old))


def test_the_same_paper_is_the_same_file_and_set_once(issued, monkeypatch):
    made = issued(Form.CORRECT_BY)
    first = typesetting.pdf([made])
    cache.clear()
    assert typesetting.pdf([made]) == first
    monkeypatch.setattr(typesetting.typst, "compile", None)
    assert typesetting.pdf([made]) == first


# --- a county's own fonts and templates --------------------------------------------------------------
def test_a_county_overrides_one_form(issued, settings, tmp_path):
    settings.PAPER_TEMPLATE_DIR = str(tmp_path)
    (tmp_path / "recheck.typ").write_text(
        '#import "base.typ": *\n#let sheet(p) = { head(p); [本县样式 #p.content.unit.name] }',
        encoding="utf-8",
    )
    assert "本县样式枣强县兴旺皮革制品有限公司" in reading.text(typesetting.pdf([issued(Form.RECHECK)]))
    assert "本县样式" not in reading.text(typesetting.pdf([issued(Form.CORRECT_BY)]))


def test_a_broken_template_is_said_in_a_sentence(issued, settings, tmp_path, as_user, inspector_a):
    settings.PAPER_TEMPLATE_DIR = str(tmp_path)
    (tmp_path / "recheck.typ").write_text("#let sheet(p) = {", encoding="utf-8")
    made = issued(Form.RECHECK)
    with pytest.raises(RuleBroken):
        typesetting.pdf([made])
    assert as_user(inspector_a).get(f"/documents/{made.pk}/pdf/").status_code == 409


def test_a_word_template_cannot_reach_into_python(issued, settings, tmp_path):
    settings.PAPER_TEMPLATE_DIR = str(tmp_path)
    evil = docx.Document()
    evil.add_paragraph("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    evil.save(tmp_path / "recheck.docx")
    with pytest.raises(RuleBroken):
        word.docx(issued(Form.RECHECK))


def test_a_county_font_comes_first(issued, settings, tmp_path):
    settings.PAPER_FONT_DIR = str(tmp_path)
    (tmp_path / "readme.txt").write_text("no font")
    (tmp_path / "broken.ttf").write_bytes(b"\x00\x01\x00\x00broken")
    assert "责令限期改正通知书" in reading.text(typesetting.pdf([issued(Form.CORRECT_BY)]))
    assert glyphs.folders()[0] == tmp_path


# --- doors -------------------------------------------------------------------------------------------
def test_files_are_for_those_who_see_the_paper(issued, as_user, officer_east, officer_west):
    made = issued(Form.CORRECT_BY)
    east = as_user(officer_east)
    answer = east.get(f"/documents/{made.pk}/pdf/")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF") and "no-store" in answer["Cache-Control"]
    assert "attachment" in answer["Content-Disposition"]
    assert east.get(f"/documents/{made.pk}/word/").content.startswith(b"PK")
    links = east.get(made.get_absolute_url()).content.decode()
    assert f"/documents/{made.pk}/pdf/" in links and f"/documents/{made.pk}/word/" in links
    west = as_user(officer_west)
    assert west.get(f"/documents/{made.pk}/pdf/").status_code == 404
    assert west.get(f"/documents/{made.pk}/word/").status_code == 404


def test_a_days_papers_are_one_file(issued, as_user, inspector_a, officer_west):
    first, second = issued(Form.CORRECT_BY), issued(Form.RECHECK)
    issued(Form.CORRECT_BY, moment=at(plus(1)))
    client = as_user(inspector_a)
    found = reading.pages(client.get("/documents/day.pdf?on=2026-03-10").content)
    said = "".join(found)
    assert said.index("枣消限字〔2026〕第0001号") < said.index("枣消复字〔2026〕第0001号")
    assert "枣消限字〔2026〕第0002号" not in said
    assert sum("第1页" in page for page in found) == 2
    only = reading.text(client.get("/documents/day.pdf?on=2026-03-10&form=recheck").content)
    assert second.number in only and first.number not in only
    empty = client.get("/documents/day.pdf?on=2026-03-09")
    assert empty.status_code == 409 and "当天没有" in empty.content.decode()
    for bad in ("", "?on=", "?on=x", "?on=2026-03-10&form=nonsense", "?on=0000-00-00"):
        assert client.get(f"/documents/day.pdf{bad}").status_code == 409
    assert as_user(officer_west).get("/documents/day.pdf?on=2026-03-10").status_code == 409


def test_the_day_is_a_day_in_shanghai(issued, as_user, inspector_a):
    issued(Form.CORRECT_BY, moment=at(hour=0) + timedelta(minutes=5))
    assert as_user(inspector_a).get("/documents/day.pdf?on=2026-03-10").status_code == 200
    assert as_user(inspector_a).get("/documents/day.pdf?on=2026-03-09").status_code == 409


def test_too_many_papers_are_printed_form_by_form(issued, as_user, inspector_a, monkeypatch):
    from documents import views

    monkeypatch.setattr(views, "MOST_PER_DAY", 1)
    issued(Form.CORRECT_BY), issued(Form.RECHECK)
    assert as_user(inspector_a).get("/documents/day.pdf?on=2026-03-10").status_code == 409
    assert as_user(inspector_a).get("/documents/day.pdf?on=2026-03-10&form=recheck").status_code == 200
