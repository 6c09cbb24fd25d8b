"""The translations: one fragment per app, merged into the one compiled catalogue. Needs no gettext on any machine.

python -m devtools.messages            compile, and list what is wrong
python -m devtools.messages units      the same, listing only what concerns files or fragments named so
python -m devtools.messages --check    change nothing; exit 1 if anything is wrong or the compiled file is stale
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import polib
from babel.messages.extract import extract

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES"
COMPILED = HOME / "django.mo"

# Words of libraries that our users meet: nothing in our own code asks for them.
FOREIGN = "third_party.po"

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADER = {
    "Project-Id-Version": "xiaohuan",
    "Language": "zh_Hans",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}

Key = tuple[str, str]  # context, msgid


@dataclass
class Asked:
    """A string that the code asks for, and where."""

    plural: str = ""
    places: list[str] = field(default_factory=list)


# --- what the code asks for ------------------------------------------------------------------------


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Our Python files and templates, without tests, migrations and what is installed."""
    apps = sorted(folder.parent for folder in root.glob("*/__init__.py") if folder.parent.name != "tests")
    for app in apps:
        yield from sorted(path for path in app.rglob("*.py") if "migrations" not in path.parts)
        yield from sorted(app.rglob("templates/**/*.*"))
    yield from sorted(
        path for path in (root / "templates").rglob("*.*") if path.suffix in {".html", ".txt", ".xml"}
    )


def asked_for(root: Path = ROOT) -> dict[Key, Asked]:
    """Every string marked for translation under `root`."""
    found: dict[Key, Asked] = {}
    for path in sources(root):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            text = _python_of(text, str(path))
        elif "gettext" not in text:
            continue
        for line, message, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
            singular, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, "")
            if not singular:
                continue
            asked = found.setdefault((context or "", singular), Asked())
            asked.plural = asked.plural or plural or ""
            asked.places.append(f"{path.relative_to(root)}:{line}")
    return found


def _python_of(template: str, origin: str) -> str:
    """What Django's own extraction makes of a template: calls of gettext among blanked text."""
    import django
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
        django.setup()
    # The tokenizer minds the indentation that a template happens to have.
    return "\n".join(
        f"({line})" if line.strip() else "" for line in _joined(templatize(template, origin=origin))
    )


def _joined(text: str) -> list[str]:
    """Lines with every call complete on one line, keeping their number, with everything but the calls dropped."""
    calls = re.compile(
        r"(?:n?p?gettext|_)\((?:[^()'\"]|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")*\)", re.DOTALL
    )
    lines: list[list[str]] = [[] for _ in range(text.count("\n") + 1)]
    for call in calls.finditer(text):
        lines[text.count("\n", 0, call.start())].append(call.group().replace("\n", " "))
    return [", ".join(line) for line in lines]


# --- what is translated ------------------------------------------------------------------------------


def fragments(home: Path = HOME) -> list[Path]:
    """The hand-written fragments, one per app."""
    return sorted(path for path in home.glob("*.po") if path.name != "django.po")


def read(home: Path = HOME) -> tuple[dict[Key, polib.POEntry], dict[Key, str], list[str]]:
    """The merged entries, the fragment each comes from, and the faults of the fragments themselves."""
    merged: dict[Key, polib.POEntry] = {}
    origin: dict[Key, str] = {}
    faults: list[str] = []
    for path in fragments(home):
        for entry in polib.pofile(str(path), encoding="utf-8", wrapwidth=0):
            if entry.obsolete:
                faults.append(f"{path.name}: obsolete entry, delete it: {entry.msgid!r}")
                continue
            key = (entry.msgctxt or "", entry.msgid)
            faults += [f"{path.name}:{entry.linenum}: {fault}" for fault in faults_of(entry)]
            if key in merged and _words(merged[key]) != _words(entry):
                faults.append(
                    f"{path.name}:{entry.linenum}: {entry.msgid!r} is {_words(entry)[0]!r} here"
                    f" but {_words(merged[key])[0]!r} in {origin[key]}"
                )
            # An entry with a plural also answers where the singular alone is asked for.
            if key not in merged or (entry.msgid_plural and not merged[key].msgid_plural):
                merged[key], origin[key] = entry, path.name
    return merged, origin, faults


def faults_of(entry: polib.POEntry) -> list[str]:
    """What is wrong with one entry: fuzzy, empty, or other placeholders than the source has."""
    faults = []
    if entry.fuzzy:
        faults.append(f"fuzzy: {entry.msgid!r}")
    for words in _words(entry):
        if not words.strip():
            faults.append(f"not translated: {entry.msgid!r}")
        elif placeholders(words) != placeholders(entry.msgid_plural or entry.msgid):
            faults.append(
                f"placeholders differ: {entry.msgid!r} has {sorted(placeholders(entry.msgid_plural or entry.msgid))},"
                f" the translation {sorted(placeholders(words))}"
            )
    return faults


def _words(entry: polib.POEntry) -> list[str]:
    return (
        [entry.msgstr_plural[n] for n in sorted(entry.msgstr_plural)]
        if entry.msgid_plural
        else [entry.msgstr]
    )


def placeholders(text: str) -> set[str]:
    """%(name)s, {name} and %s in a text; "%%" is a percent sign."""
    text = text.replace("%%", "")
    named = re.findall(r"%\((\w+)\)[-#0 +]*[\d.]*[a-zA-Z]", text)
    braces = re.findall(r"(?<!\{)\{(\w*)(?:![rsa])?(?::[^{}]*)?\}(?!\})", text)
    bare = re.findall(r"%[-#0+]?\d*(?:\.\d+)?[sdif](?![a-zA-Z])", text)
    return (
        {f"%({name})" for name in named}
        | {f"{{{name}}}" for name in braces}
        | {f"%s x{len(bare)}"} - {"%s x0"}
    )


def compiled(merged: dict[Key, polib.POEntry]) -> bytes:
    """The .mo file: the same bytes for the same fragments."""
    catalogue = polib.POFile(wrapwidth=0)
    catalogue.metadata = dict(HEADER)
    for key in sorted(merged):
        entry = merged[key]
        catalogue.append(
            polib.POEntry(
                msgid=entry.msgid,
                msgctxt=entry.msgctxt,
                msgstr=entry.msgstr,
                msgid_plural=entry.msgid_plural,
                msgstr_plural={0: _words(entry)[0]} if entry.msgid_plural else {},
            )
        )
    return catalogue.to_binary()


# --- the two together ------------------------------------------------------------------------------------


def faults(root: Path = ROOT, home: Path = HOME) -> tuple[list[str], bytes]:
    """Everything that is wrong, a line each, and the bytes that the compiled catalogue should have."""
    merged, origin, found = read(home)
    asked = asked_for(root)
    for key, want in asked.items():
        entry = merged.get(key)
        if entry is None:
            found.append(f"{want.places[0]}: no translation: {key[1]!r}")
        elif want.plural and entry.msgid_plural != want.plural:
            found.append(f"{want.places[0]}: no plural in {origin[key]}: {key[1]!r} / {want.plural!r}")
    found += [
        f"{origin[key]}:{entry.linenum}: nothing asks for {entry.msgid!r}"
        for key, entry in merged.items()
        if key not in asked and origin[key] != FOREIGN
    ]
    return found, compiled(merged)


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    only = [word for word in arguments if not word.startswith("-")]
    found, fresh = faults()
    stale = not COMPILED.exists() or COMPILED.read_bytes() != fresh
    if check and stale:
        found.append(f"{COMPILED.relative_to(ROOT)} is stale: run `python dev.py messages`")
    elif stale:
        COMPILED.write_bytes(fresh)
    shown = [fault for fault in found if not only or any(word in fault.split(": ")[0] for word in only)]
    say = sys.stdout.write
    for fault in shown:
        say(f"{fault}\n")
    say(f"{len(shown)} faults in the translations.\n" if shown else "The translations are complete.\n")
    return 1 if check and shown else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
