"""The standing words of each form of paper: papers are Chinese whatever the reader's language.

They are frozen into a paper's content when it is issued (`frozen`), so that a paper of last year keeps last
year's words; what was issued before that takes the words of today. The skeleton follows the specimens of
2009 (消防监督检查法律文书式样); the remedies are those of the Administrative Reconsideration Law (60 days)
and of the Administrative Litigation Law (6 months).
"""

from datetime import date, datetime

from django.utils.timezone import localtime

from documents.models import Form

TITLE = {
    Form.INSPECTION: "消防监督检查记录",
    Form.CORRECT_NOW: "责令立即改正通知书",
    Form.CORRECT_BY: "责令限期改正通知书",
    Form.MAJOR: "重大火灾隐患整改通知书",
    Form.RECHECK: "复查意见书",
    Form.SUSPENSION: "责令停产停业决定书",
    Form.RESUMPTION: "同意恢复生产经营决定书",
    Form.RESUMPTION_REFUSED: "不同意恢复生产经营决定书",
    Form.LISTING: "重大火灾隐患挂牌督办通知书",
    Form.DELISTING: "重大火灾隐患摘牌通知书",
    Form.REVERSAL: "重大火灾隐患反销号通知书",
    Form.REFERRAL: "火灾隐患移送书",
    Form.EXTENSION: "整改期限延长答复书",
    Form.MEETING: "重大火灾隐患集体讨论记录",
    Form.SEAL: "临时查封决定书",
    Form.UNSEAL: "解除临时查封决定书",
    Form.UNSEAL_REFUSED: "不同意解除临时查封决定书",
    Form.SUPERVISION: "火灾隐患督办单",
    Form.SERVICE: "送达回证",
    Form.ADVICE: "火灾隐患整改督促告知书",
    Form.DEMAND: "催告书",
    Form.ENFORCEMENT: "强制执行决定书",
    Form.LOOK_BACK: "消防监督检查记录（回头看）",
}

FOUND = "{day}，本机关监督检查人员对你单位（场所）进行消防监督检查，发现存在下列消防安全违法行为和火灾隐患，"

OPENING = {
    Form.INSPECTION: "{day}，本机关监督检查人员依法对你单位（场所）进行消防监督检查，情况记录如下：",
    Form.CORRECT_NOW: FOUND + "现责令立即改正：",
    Form.CORRECT_BY: FOUND + "现责令按下列期限改正：",
    Form.MAJOR: "经集体讨论认定，你单位（场所）存在下列重大火灾隐患，现责令按下列期限整改：",
    Form.RECHECK: "{day}，本机关监督检查人员对你单位（场所）进行复查，意见如下：",
    Form.SUSPENSION: "经查，你单位（场所）存在下列火灾隐患，在隐患消除前不得从事生产、经营活动，现决定停产停业：",
    Form.RESUMPTION: "经检查验收，你单位（场所）停产停业所涉火灾隐患已消除，同意恢复生产、经营。",
    Form.RESUMPTION_REFUSED: "经检查验收，你单位（场所）停产停业所涉火灾隐患尚未消除，不同意恢复生产、经营，理由如下：",
    Form.REFERRAL: "下列火灾隐患属你部门职责范围，现移送你部门依法处理，并请将处理结果函告本机关：",
    Form.EXTENSION: "你单位（场所）关于延长整改期限的申请收悉，经研究，答复如下：",
    Form.LISTING: "下列重大火灾隐患现予挂牌督办：",
    Form.DELISTING: "下列重大火灾隐患经验收整改合格，现予摘牌：",
    Form.REVERSAL: "经核查，下列重大火灾隐患前次销号有误，现予反销号，原整改期限和挂牌督办继续有效：",
    Form.MEETING: "就下列隐患是否构成重大火灾隐患集体讨论，记录如下：",
    Form.SEAL: (
        "经查，你单位（场所）存在下列火灾隐患，不及时消除可能严重威胁公共安全，"
        "现决定对下列部位（场所）临时查封："
    ),
    Form.UNSEAL: "经检查，你单位（场所）被临时查封部位（场所）的火灾隐患已消除，现决定解除临时查封。",
    Form.UNSEAL_REFUSED: (
        "你单位（场所）解除临时查封的申请收悉。经现场检查，被临时查封部位（场所）的火灾隐患尚未消除，"
        "决定不予解除临时查封，理由如下："
    ),
    Form.SUPERVISION: "下列火灾隐患现交你单位督办，请按时限办理并书面反馈：",
    Form.ADVICE: (
        "{day}，我单位工作人员在消防安全检查中发现你单位（场所）存在下列火灾隐患，"
        "现督促你单位按下列期限整改："
    ),
    Form.DEMAND: (
        "本机关作出的停产停业决定已依法送达，你单位（场所）逾期未履行。依照《中华人民共和国行政强制法》第三十五条、"
        "《消防监督检查规定》第二十七条，现催告你单位（场所）履行："
    ),
    Form.ENFORCEMENT: (
        "你单位（场所）逾期未履行本机关作出的停产停业决定，经催告仍未履行且无正当理由。依照《中华人民共和国行政强制法》"
        "第三十七条、《消防监督检查规定》第二十七条，现决定强制执行："
    ),
}

# What is stopped and resumed in the standing words, where content["stop"] is not production and business (停产停业).
STOP_WORDS = {
    "use": [("从事生产、经营活动", "使用"), ("停产停业", "停止使用"), ("恢复生产、经营", "恢复使用")],
    "work": [("从事生产、经营活动", "施工"), ("停产停业", "停止施工"), ("恢复生产、经营", "恢复施工")],
}

UNSEAL_ANYWAY = {
    "expired": "你单位（场所）下列部位（场所）的临时查封期限已经届满，现解除临时查封。",
    "unstudied": "你单位（场所）下列部位（场所）的临时查封未在二十四小时内经集体研究决定，现解除临时查封。",
}

# What an acceptance check says, which is a re-inspection by its form.
ACCEPTANCE = "{day}，本机关监督检查人员对你单位（场所）恢复生产、经营的申请进行检查验收，意见如下："

REMEDIES = (
    "如不服本{paper}，可以自收到本{paper}之日起六十日内依法申请行政复议，"
    "或者自收到本{paper}之日起六个月内依法向人民法院提起行政诉讼。"
)
FINES = (
    "逾期未改正的，将依法予以处罚；对火灾隐患经通知后不及时采取措施消除的，"
    "依照《中华人民共和国消防法》第六十条第一款第七项处罚。"
)

CLOSING = {
    Form.CORRECT_NOW: ["拒不改正的，将依法予以处罚。", REMEDIES.format(paper="通知")],
    Form.CORRECT_BY: [
        "在改正期间，你单位（场所）应当采取必要措施，确保消防安全。请于期限届满前书面报告整改情况并申请复查。"
        + FINES,
        REMEDIES.format(paper="通知"),
    ],
    Form.MAJOR: [
        "在整改期间，你单位（场所）应当采取措施确保安全，并制定整改方案，落实责任、措施、资金、时限和应急预案。"
        "请于期限届满前书面报告整改情况并申请复查。" + FINES,
        REMEDIES.format(paper="通知"),
    ],
    Form.RECHECK: ["未改正的，应当继续整改，期限届满前书面报告整改情况并申请复查；本机关将依法处理。"],
    Form.SUSPENSION: [
        "整改完毕后，请向本机关申请检查验收；验收合格前不得擅自恢复生产、经营。",
        REMEDIES.format(paper="决定"),
    ],
    Form.RESUMPTION: ["请继续落实消防安全责任制，保持消防设施完好有效和疏散通道畅通。"],
    Form.RESUMPTION_REFUSED: [
        "整改完毕后，可以再次申请检查验收；验收合格前不得擅自恢复生产、经营。",
        REMEDIES.format(paper="决定"),
    ],
    Form.SEAL: [
        "查封期间，不得擅自拆封或者使用被查封的部位（场所）。火灾隐患消除后，请向本机关申请解除临时查封。",
        REMEDIES.format(paper="决定"),
    ],
    Form.UNSEAL_REFUSED: [
        "查封期间，不得擅自拆封或者使用被查封的部位（场所）。火灾隐患消除后，可以再次申请解除临时查封。",
        REMEDIES.format(paper="决定"),
    ],
    Form.LISTING: [
        "请按督办要求制定整改方案，落实责任、措施、资金、时限和应急预案，按期报告进展；整改完毕后申请验收销案。"
    ],
    Form.EXTENSION: ["延长期间应当落实临时防范措施，确保安全；期限届满前书面报告整改情况并申请复查。"],
    Form.DEMAND: [
        "你单位（场所）收到本催告书后有权进行陈述和申辩。逾期仍不履行且无正当理由的，本机关将依法作出强制执行决定。"
    ],
    Form.ENFORCEMENT: [REMEDIES.format(paper="决定")],
    Form.ADVICE: ["请于期限届满前反馈整改情况。逾期未整改的，将报告并移送消防救援机构依法处理。"],
}

# The paper of an office that may only advise says so (a grid worker's note is no legal document).
NO_LEGAL_DOCUMENT = "本文书由不具有消防行政执法权的单位出具，用于督促告知，不是行政执法文书。"
DELEGATED = "本文书由{agent}受{principal}委托，以{principal}名义制作{basis}。"
EMPOWERED = "本文书由{agent}依照赋权，以本机关名义制作{basis}。"

COPIES = "本文书一式两份，一份交受送达人，一份存档。"


def day_on_paper(value: str) -> str:
    """2026-11-27 as papers write it: 2026年11月27日. What is no day stays as it is."""
    try:
        day = date.fromisoformat(value or "")
    except ValueError:
        return value or ""
    return f"{day.year}年{day.month}月{day.day}日"


def moment_on_paper(moment: datetime) -> str:
    """An instant in Shanghai as records write it: 2026年3月10日9时05分."""
    local = localtime(moment)
    return f"{day_on_paper(local.date().isoformat())}{local.hour}时{local.minute:02d}分"


def frozen(form: str, content: dict) -> dict:
    """The standing words that a paper of `form` carries, to be kept in its content."""
    stop = content.get("stop", "")
    is_acceptance = form == Form.RECHECK and "acceptance" in content
    opening = opening_of(form, content, is_acceptance).format(day=day_on_paper(content.get("on", "")))
    passed = form == Form.RECHECK and not any(is_failed(item) for item in content.get("items") or ())
    return {
        "title": content.get("title") or TITLE[form],
        "opening": of_stop(opening, stop),
        "closing": [] if passed else [of_stop(text, stop) for text in CLOSING.get(form, ())],
    }


def opening_of(form: str, content: dict, is_acceptance: bool) -> str:
    if is_acceptance:
        return ACCEPTANCE
    # A seal whose time is up, or whose study is late, comes off whatever became of the hazard.
    if form == Form.UNSEAL and content.get("grounds"):
        return UNSEAL_ANYWAY[content["grounds"]]
    return OPENING.get(form, "")


def of_stop(text: str, stop: str) -> str:
    """The same about what is really stopped: production and business unless `stop` says use or work."""
    for business, other in STOP_WORDS.get(stop, ()):
        text = text.replace(business, other)
    return text


def is_failed(item) -> bool:
    """Whether a re-inspection found the hazard still there; papers of the first days carry mere sentences."""
    return isinstance(item, dict) and item.get("outcome") != "pass"


def words(document) -> dict:
    """The standing words of a paper: its own, or those of today where it froze none."""
    return document.content.get("words") or frozen(document.form, document.content)
