"""Pictures and workbooks from outside."""

import hashlib
import io
import struct
import zipfile
import zlib
from datetime import datetime

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from common.errors import BadFile
from common.files import accept_picture, accept_workbook, picture_kind, serve_private
from tests.common.heic import SMALL


def picture(kind="JPEG", size=(400, 300), mode="RGB", colour="orange", **options):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind, **options)
    return upload(out.getvalue(), "照片.jpg")


def upload(data, name="a.bin"):
    return SimpleUploadedFile(name, data)


def camera_exif():
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Huawei"
    exif[ExifTags.Base.Orientation] = 6
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2025:03:03 10:20:30"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (37.0, 30.0, 36.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (115.0, 42.0, 0.0)
    return exif


def png_that_claims(width, height):
    """A PNG whose head promises more pixels than its few bytes hold."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_becomes_a_jpeg(kind):
    accepted = accept_picture(picture(kind))
    stored = Image.open(accepted.file)
    assert (stored.format, stored.size) == ("JPEG", (400, 300))
    assert accepted.file.name.endswith(".jpg")
    accepted.file.seek(0)
    assert accepted.sha256 == hashlib.sha256(accepted.file.read()).hexdigest()


def test_a_photo_of_an_iphone_is_read():
    assert picture_kind(SMALL[:16]) == "heic"
    accepted = accept_picture(upload(SMALL, "IMG_0001.HEIC"))
    assert (accepted.width, accepted.height) == (64, 48)
    assert accepted.taken_at.isoformat() == "2025-03-03T10:20:30+08:00"
    assert accepted.gps == (37.51, 115.7)
    data = accepted.file.read()
    assert data.startswith(b"\xff\xd8\xff")
    assert b"Apple" not in data


def test_a_large_photo_is_made_smaller():
    accepted = accept_picture(picture(size=(4000, 3000)))
    assert (accepted.width, accepted.height) == (1920, 1440)


def test_where_and_when_are_kept_beside_the_picture_and_gone_from_it():
    accepted = accept_picture(picture(exif=camera_exif(), comment=b"my house"))
    assert accepted.taken_at.isoformat() == "2025-03-03T10:20:30+08:00"
    assert accepted.gps == (37.51, 115.7)
    data = accepted.file.read()
    stored = Image.open(io.BytesIO(data))
    assert not stored.getexif()
    assert b"Exif" not in data
    assert b"Huawei" not in data
    assert b"my house" not in data


def test_a_photo_held_upright_stays_upright():
    accepted = accept_picture(picture(size=(400, 300), exif=camera_exif()))
    assert (accepted.width, accepted.height) == (300, 400)


def test_see_through_becomes_white():
    accepted = accept_picture(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)))
    assert Image.open(accepted.file).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("date_text", "expected"),
    [
        ("0000:00:00 00:00:00", None),
        ("nonsense", None),
        ("2025:03:03 10:20:30", datetime(2025, 3, 3, 10, 20, 30)),
    ],
)
def test_a_camera_without_a_clock_says_nothing(date_text, expected):
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = date_text
    taken_at = accept_picture(picture(exif=exif)).taken_at
    assert (taken_at and taken_at.replace(tzinfo=None)) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"%PDF-1.7 ...",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"GIF89a" + b"\0" * 40,
        b"MZ" + b"\0" * 100,
        b"\xff\xd8\xff\xe0" + b"\0" * 50,
        b"\x89PNG\r\n\x1a\n" + b"garbage" * 10,
        b"\0\0\0\x18ftypheic" + b"\0" * 60,
        b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 16,
    ],
    ids=["empty", "text", "pdf", "svg", "gif", "exe", "cut jpeg", "cut png", "cut heic", "cut webp"],
)
def test_what_is_not_a_picture_is_refused_by_name(data):
    with pytest.raises(BadFile) as refused:
        accept_picture(upload(data, "C:\\temp\\证据.jpg"))
    assert "证据.jpg" in str(refused.value)
    assert "temp" not in str(refused.value)
    assert refused.value.code == "bad_file"


def test_a_picture_cut_in_the_middle_is_refused():
    whole = picture(size=(800, 600)).read()
    with pytest.raises(BadFile):
        accept_picture(upload(whole[: len(whole) // 2], "half.jpg"))


@pytest.mark.parametrize("size", [(10_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_not_unpacked(size):
    with pytest.raises(BadFile):
        accept_picture(upload(png_that_claims(*size), "bomb.png"))


def test_a_photo_over_the_limit_is_refused_with_the_limit(settings):
    settings.MAX_PHOTO_BYTES = 1024 * 1024
    with pytest.raises(BadFile, match="1 MB") as refused:
        accept_picture(upload(b"\xff\xd8\xff" + b"\0" * (1024 * 1024), "big.jpg"))
    assert refused.value.code == "too_large"


def workbook(parts=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (parts or {"[Content_Types].xml": "<x/>", "xl/workbook.xml": "<x/>"}).items():
            archive.writestr(name, data)
    return out.getvalue()


def test_a_workbook_is_known_by_its_content():
    accepted = accept_workbook(upload(workbook(), "台账.dat"))
    assert (accepted.kind, accepted.name) == ("xlsx", "台账.dat")


@pytest.mark.parametrize(("name", "kind"), [("old.xls", "xls"), ("wps.et", "et")])
def test_old_workbooks_are_let_in(name, kind):
    assert accept_workbook(upload(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, name)).kind == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"name,address\n1,2\n",
        b"PK\x03\x04 not really",
        workbook({"word/document.xml": "<x/>", "[Content_Types].xml": "<x/>"}),
        workbook()[:-30],
    ],
    ids=["empty", "csv", "broken zip", "a document", "cut off"],
)
def test_what_is_not_a_workbook_is_refused(data):
    with pytest.raises(BadFile, match=r"台账\.xlsx"):
        accept_workbook(upload(data, "台账.xlsx"))


def test_a_zip_bomb_is_refused_by_what_it_claims(monkeypatch):
    monkeypatch.setattr("common.files.MAX_UNPACKED", 1024 * 1024)
    bomb = workbook({"[Content_Types].xml": "", "xl/workbook.xml": "", "xl/a.xml": "0" * 2 * 1024 * 1024})
    assert len(bomb) < 10_000
    with pytest.raises(BadFile):
        accept_workbook(upload(bomb, "bomb.xlsx"))


def test_a_zip_bomb_that_lies_about_its_size_is_refused(monkeypatch):
    monkeypatch.setattr("common.files.MAX_UNPACKED", 1024 * 1024)
    size = 2 * 1024 * 1024
    bomb = workbook({"[Content_Types].xml": "", "xl/workbook.xml": "", "xl/a.xml": "0" * size})
    liar = bomb.replace(struct.pack("<I", size), struct.pack("<I", 100))
    with pytest.raises(BadFile):
        accept_workbook(upload(liar, "liar.xlsx"))


def test_too_many_parts_are_refused(monkeypatch):
    monkeypatch.setattr("common.files.MAX_PARTS", 3)
    many = workbook({"[Content_Types].xml": ""} | {f"xl/{n}.xml": "" for n in range(4)})
    with pytest.raises(BadFile):
        accept_workbook(upload(many, "many.xlsx"))


def test_a_private_file_is_never_kept_by_a_browser(media):
    path = default_storage.save("evidencephoto/ab/x.jpg", accept_picture(picture()).file)
    response = serve_private(path)
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("inline")


def test_a_private_page_is_not_shown_but_saved(media):
    path = default_storage.save("x.html", upload(b"<script>alert(1)</script>"))
    assert serve_private(path, name="台账.html")["Content-Disposition"].startswith("attachment")


def test_the_front_server_sends_the_bytes_where_there_is_one(media, settings):
    path = default_storage.save("x.jpg", upload(b"x"))
    settings.X_ACCEL_PREFIX = "/private/"
    response = serve_private(path)
    assert response["X-Accel-Redirect"] == f"/private/{path}"
    assert response.content == b""
