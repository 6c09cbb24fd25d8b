"""The standing words of each form of paper: papers are Chinese whatever the reader's language."""

from datetime import date

from documents.models import Form

FOUND = "{day}，本机关监督检查人员对你单位（场所）进行消防监督检查，发现存在下列消防安全违法行为和火灾隐患，"

OPENING = {
    Form.INSPECTION: "{day}，本机关监督检查人员依法对你单位（场所）进行消防监督检查，情况记录如下：",
    Form.CORRECT_NOW: FOUND + "现责令立即改正：",
    Form.CORRECT_BY: FOUND + "现责令按下列期限改正：",
    Form.MAJOR: "经集体讨论，你单位（场所）存在下列重大火灾隐患，现通知你单位（场所）按下列期限整改：",
    Form.RECHECK: "{day}，本机关监督检查人员对你单位（场所）进行复查，意见如下：",
    Form.SUSPENSION: "经查，你单位（场所）存在下列火灾隐患，在隐患消除前不得从事生产、经营活动，现决定停产停业：",
    Form.RESUMPTION: "经检查验收，你单位（场所）停产停业所涉火灾隐患已消除，同意恢复生产、经营。",
    Form.RESUMPTION_REFUSED: "你单位（场所）恢复生产、经营的申请收悉，经检查验收，决定不予同意，理由如下：",
    Form.SEAL: "经查，你单位（场所）下列部位不及时消除隐患可能严重威胁公共安全，依法决定予以临时查封：",
    Form.UNSEAL: "经检查，临时查封所涉火灾隐患已消除或者查封期限届满，现决定解除临时查封。",
    Form.UNSEAL_REFUSED: "你单位（场所）解除临时查封的申请收悉，经检查，决定不予解除，理由如下：",
    Form.REFERRAL: "下列火灾隐患属你部门职责范围，现移送你部门依法处理，并请将处理结果函告本机关：",
    Form.EXTENSION: "你单位（场所）关于延长整改期限的申请收悉，经研究，答复如下：",
    Form.LISTING: "下列重大火灾隐患现予挂牌督办：",
    Form.DELISTING: "下列重大火灾隐患经验收整改合格，现予摘牌：",
    Form.MEETING: "就下列隐患是否构成重大火灾隐患集体讨论，记录如下：",
}

# What a decision forbids or allows again, where it is not production and business (停产停业).
KIND_OPENING = {
    (Form.SUSPENSION, "use"): "经查，你单位（场所）存在下列火灾隐患，在隐患消除前不得使用，现决定停止使用：",
    (Form.SUSPENSION, "work"): "经查，你单位（场所）存在下列火灾隐患，在隐患消除前不得施工，现决定停止施工：",
    (Form.RESUMPTION, "use"): "经检查验收，你单位（场所）停止使用所涉火灾隐患已消除，同意恢复使用。",
    (Form.RESUMPTION, "work"): "经检查验收，你单位（场所）停止施工所涉火灾隐患已消除，同意恢复施工。",
    (
        Form.RESUMPTION_REFUSED,
        "use",
    ): "你单位（场所）恢复使用的申请收悉，经检查验收，决定不予同意，理由如下：",
    (
        Form.RESUMPTION_REFUSED,
        "work",
    ): "你单位（场所）恢复施工的申请收悉，经检查验收，决定不予同意，理由如下：",
}

REMEDY = "如不服本决定，可以依法申请行政复议或者提起行政诉讼。"
KIND_CLOSING = {
    "use": "整改完毕后，请向本机关申请检查验收；验收合格前不得擅自恢复使用。" + REMEDY,
    "work": "整改完毕后，请向本机关申请检查验收；验收合格前不得擅自恢复施工。" + REMEDY,
}

CLOSING = {
    Form.CORRECT_NOW: "逾期未改正的，将依法予以处罚。如不服本通知，可以依法申请行政复议或者提起行政诉讼。",
    Form.CORRECT_BY: (
        "请于期限届满前书面报告整改情况并申请复查。逾期未改正的，将依法予以处罚。"
        "如不服本通知，可以依法申请行政复议或者提起行政诉讼。"
    ),
    Form.MAJOR: (
        "整改期间应当落实防范措施，确保安全。请于期限届满前书面报告整改情况并申请复查。"
        "如不服本通知，可以依法申请行政复议或者提起行政诉讼。"
    ),
    Form.RESUMPTION_REFUSED: REMEDY,
    Form.SEAL: "擅自拆封、使用被查封部位的，将依法予以处罚。隐患消除后，请向本机关申请解除。" + REMEDY,
    Form.UNSEAL_REFUSED: REMEDY,
    Form.SUSPENSION: (
        "整改完毕后，请向本机关申请检查验收；验收合格前不得擅自恢复生产、经营。"
        "如不服本决定，可以依法申请行政复议或者提起行政诉讼。"
    ),
}


def day_on_paper(value: str) -> str:
    """2026-11-27 as papers write it: 2026年11月27日. What is no day stays as it is."""
    try:
        day = date.fromisoformat(value or "")
    except ValueError:
        return value or ""
    return f"{day.year}年{day.month}月{day.day}日"


def opening(document) -> str:
    """The sentence a paper begins with."""
    kind = document.content.get("stop", "")
    text = KIND_OPENING.get((document.form, kind)) or OPENING.get(document.form, "")
    return text.format(day=day_on_paper(document.content.get("on", ""))) if text else ""


def closing(document) -> str:
    """What the addressee must know at the end."""
    if document.form == Form.RECHECK and "acceptance" in document.content:
        return ""
    if document.form == Form.SUSPENSION and (closing := KIND_CLOSING.get(document.content.get("stop", ""))):
        return closing
    return CLOSING.get(document.form, "")
