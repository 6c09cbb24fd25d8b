"""Cut the serif of the papers down to the characters that Chinese papers use; for maintainers, never at run time.

    npm pack @expo-google-fonts/noto-serif-sc@0.4.3 && tar xzf *.tgz
    pip install fonttools
    python devtools/subset_fonts.py package documents/fonts

Regular holds GBK, punctuation and the rare characters of names (通用规范汉字表 outside GBK, and all that the
font has beyond the basic plane); Bold, which only headings use, holds GB 2312. The licence (OFL-1.1) lies
beside the fonts and must travel with them.
"""

import shutil
import sys
from pathlib import Path

# What 通用规范汉字表 (2013) lists from CJK Extension A.
RARE = (
    "㑇㑊㕮㘎㙍㙘㙦㛃㛚㛹㟃㠇㠓㤘㥄㧐㧑㧟㫰㬊㬎㬚㭎㭕㮾㰀㳇㳘㳚㴔㵐㶲㸆㸌㺄㻬㽏㿠䁖䂮䃅䃎䅟䌹䎃䎖䏝䏡䏲䐃"
    "䓖䓛䓨䓫䓬䗖䗛䗪䗴䜣䝙䢺䢼䣘䥽䦃䲟䲠䲢䴓䴔䴕䴖䴗䴘䴙䶮"
)
# Latin, punctuation, arrows, number forms, boxes and marks, CJK signs, the late part of the basic block,
# full-width forms, and whatever lies beyond the basic plane.
RANGES = (
    (0x20, 0x17F),
    (0x2000, 0x27BF),
    (0x3000, 0x30FF),
    (0x3200, 0x33FF),
    (0x9FA6, 0x9FFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)
SMALL = RANGES[:4] + RANGES[5:7]


def held_by(codec: str) -> set[int]:
    """Every character of a double-byte code."""
    found = set()
    for lead in range(0x81, 0xFF):
        for trail in range(0x40, 0xFF):
            try:
                found.add(ord(bytes([lead, trail]).decode(codec)))
            except (UnicodeDecodeError, TypeError):
                continue
    return found


def within(ranges) -> set[int]:
    return {code for first, last in ranges for code in range(first, last + 1)}


def cut(source: Path, target: Path, wanted: set[int]) -> None:
    """Write the subset without hints and without tables for vertical text."""
    from fontTools import subset

    options = subset.Options(hinting=False, layout_features=["kern", "locl", "ccmp"], name_IDs=["*"])
    options.drop_tables += ["vhea", "vmtx", "DSIG", "STAT"]
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted)
    cutter.subset(font)
    subset.save_font(font, str(target), options)


def main(package: Path, folder: Path) -> None:
    rare = {ord(character) for character in RARE}
    for weight, wanted in (
        ("400Regular", held_by("gbk") | rare | within(RANGES)),
        ("700Bold", held_by("gb2312") | within(SMALL)),
    ):
        name = f"NotoSerifSC_{weight}.ttf"
        cut(package / weight / name, folder / name.replace("SC_", "SC-"), wanted)
    shutil.copy(package / "LICENSE_FONT", folder / "LICENSE")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
