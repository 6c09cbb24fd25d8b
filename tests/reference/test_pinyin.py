"""Initials that people type, written out by hand."""

import pytest

from reference.pinyin import initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("大营兴旺百货店", "dyxwbhd"),
        ("枣强县", "zqx"),
        ("重庆小面", "cqxm"),
        ("永顺商行", "yssh"),
        ("农业银行", "nyyh"),
        ("长治路", "czl"),
        ("衢州市", "qzs"),
        ("邗江区", "hjq"),
        ("裘皮制衣厂", "qpzyc"),
        ("ＡＢ１２超市（南店）", "ab12csnd"),
        ("OK便利店 2号", "okbld2h"),
        ("", ""),
        ("……", ""),
    ],
)
def test_initials(name, letters):
    assert initials(name) == letters
