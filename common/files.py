"""What is let in from outside, and how it is let out again: pictures, workbooks, private files.

A picture or a workbook is believed for its content, never for its name. Each refusal is a sentence.
"""

import hashlib
import io
import mimetypes
import warnings
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from pi_heif import register_heif_opener
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from common.errors import BadFile

LONGEST_SIDE = 1920
JPEG_QUALITY = 85
MAX_PIXELS = 60_000_000
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
register_heif_opener(thumbnails=False)

HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

MAX_UNPACKED = 400 * 1024 * 1024
MAX_PARTS = 5_000
UNPACK_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class AcceptedPicture:
    """A picture as it will be stored. `source_sha256` is of the file as sent: the same photo sent twice shows."""

    file: ContentFile
    sha256: str
    source_sha256: str
    width: int
    height: int
    taken_at: datetime | None
    gps: tuple[float, float] | None


@dataclass(frozen=True)
class AcceptedWorkbook:
    """A workbook that may be opened; `kind` is xlsx, xls or et."""

    name: str
    kind: str
    data: bytes
    sha256: str


# --- pictures --------------------------------------------------------------------------------------------


def picture_kind(head: bytes) -> str | None:
    """jpeg, png, webp or heic by the first bytes; None for anything else."""
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp" and head[8:12] in HEIC_BRANDS:
        return "heic"
    return None


def accept_picture(file) -> AcceptedPicture:
    """A photo, re-encoded at most 1920 pixels wide or high, without metadata; its time and place are returned.

    Raises BadFile: too large, not a picture, damaged, or more pixels than any camera makes.
    """
    data = _read(file, settings.MAX_PHOTO_BYTES, field="photos")
    if picture_kind(data[:16]) is None:
        raise BadFile(
            _("“%(name)s” is not a picture. Photos are JPEG, PNG, WebP or HEIC.") % {"name": _name(file)},
            field="photos",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                taken_at, gps = _exif(image)
                stored, size = _encode(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadFile(
            _("“%(name)s” has too many pixels. Take the photo with a lower resolution.")
            % {"name": _name(file)},
            field="photos",
        ) from error
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        IndexError,
        MemoryError,
    ) as error:
        raise BadFile(
            _("“%(name)s” is damaged and cannot be read as a picture. Take or send it again.")
            % {"name": _name(file)},
            field="photos",
        ) from error
    digest = hashlib.sha256(stored).hexdigest()
    return AcceptedPicture(
        file=ContentFile(stored, name=f"{digest[:16]}.jpg"),
        sha256=digest,
        source_sha256=hashlib.sha256(data).hexdigest(),
        width=size[0],
        height=size[1],
        taken_at=taken_at,
        gps=gps,
    )


def _encode(image) -> tuple[bytes, tuple[int, int]]:
    if image.format == "JPEG":
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    upright = ImageOps.exif_transpose(image)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        upright = Image.new("RGB", layer.size, "white")
        upright.paste(layer, mask=layer.getchannel("A"))
    upright = upright.convert("RGB")
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A new image of the pixels alone: no EXIF, no XMP, no colour-profile or comment block comes along.
    clean = Image.new("RGB", upright.size)
    clean.paste(upright)
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return out.getvalue(), clean.size


def _exif(image):
    """When and where the camera says it was; nonsense counts as nothing."""
    try:
        exif = image.getexif()
        detail = exif.get_ifd(ExifTags.IFD.Exif)
        place = exif.get_ifd(ExifTags.IFD.GPSInfo)
    except (OSError, ValueError, SyntaxError, KeyError, TypeError, AttributeError):
        return None, None
    moment = detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    return _moment(moment, detail.get(ExifTags.Base.OffsetTimeOriginal)), _gps(place)


def _moment(text, offset) -> datetime | None:
    """The camera's clock; without an offset it is the county's."""
    try:
        text = str(text).strip().strip("\0")
        if offset:
            zone = str(offset).strip().strip("\0")
            return datetime.strptime(f"{text}{zone}", "%Y:%m:%d %H:%M:%S%z")
        return timezone.make_aware(datetime.strptime(text, "%Y:%m:%d %H:%M:%S"))  # noqa: DTZ007
    except (ValueError, OverflowError):
        return None


def _gps(place) -> tuple[float, float] | None:
    """Latitude and longitude in degrees (WGS-84), or None."""
    try:
        latitude = _degrees(place[ExifTags.GPS.GPSLatitude], place[ExifTags.GPS.GPSLatitudeRef] == "S")
        longitude = _degrees(place[ExifTags.GPS.GPSLongitude], place[ExifTags.GPS.GPSLongitudeRef] == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or (latitude == 0 and longitude == 0):
        return None
    return round(latitude, 6), round(longitude, 6)


def _degrees(parts, negative: bool) -> float:
    value = float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600
    return -value if negative else value


# --- workbooks -------------------------------------------------------------------------------------------


def accept_workbook(file) -> AcceptedWorkbook:
    """An Excel or WPS workbook that is safe to open. Raises BadFile: too large, not a workbook, or a bomb."""
    data = _read(file, settings.MAX_WORKBOOK_BYTES, field="file")
    name = _name(file)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        kind = "et" if name.lower().endswith(".et") else "xls"
    elif data.startswith(b"PK\x03\x04"):
        _check_archive(data, name)
        kind = "xlsx"
    else:
        raise BadFile(
            _("“%(name)s” is not a workbook. Save it as an Excel workbook (.xlsx) and send that.")
            % {"name": name},
            field="file",
        )
    return AcceptedWorkbook(name=name, kind=kind, data=data, sha256=hashlib.sha256(data).hexdigest())


def _check_archive(data: bytes, name: str) -> None:
    """Unpacks into nothing, counting: the sizes that an archive claims about itself prove nothing."""
    not_a_workbook = _("“%(name)s” is not an Excel workbook, or it is damaged.") % {"name": name}
    too_large = _("“%(name)s” unpacks to far more than a workbook holds and was not opened.") % {"name": name}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not any(part.startswith("xl/") for part in names):
                raise BadFile(not_a_workbook, field="file")
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise BadFile(too_large, field="file")
            unpacked = 0
            for part in parts:
                with archive.open(part) as stream:
                    while chunk := stream.read(UNPACK_CHUNK):
                        unpacked += len(chunk)
                        if unpacked > MAX_UNPACKED:
                            raise BadFile(too_large, field="file")
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadFile(not_a_workbook, field="file") from error


# --- shared ----------------------------------------------------------------------------------------------


def _name(file) -> str:
    return PurePosixPath(str(getattr(file, "name", "") or _("the file")).replace("\\", "/")).name[-80:]


def _read(file, most: int, *, field: str) -> bytes:
    """The bytes, at most `most` of them ever in memory."""
    file.seek(0)
    data = file.read(most + 1)
    if len(data) > most:
        raise BadFile(
            _("“%(name)s” is too large: at most %(size)s MB are accepted.")
            % {"name": _name(file), "size": most // (1024 * 1024)},
            code="too_large",
            field=field,
        )
    if not data:
        raise BadFile(_("“%(name)s” is empty.") % {"name": _name(file)}, field=field)
    return data


def serve_private(path: str, *, name: str = "", inline: bool = True) -> HttpResponse:
    """The answer that holds a stored file. The view must have asked `visible_to` before it calls this.

    With X_ACCEL_PREFIX set, the front server sends the bytes; otherwise this process does. 404 where the file
    is missing.
    """
    if not path or not default_storage.exists(path):
        raise Http404(_("This file is no longer there."))
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    inline = inline and (kind == "application/pdf" or (kind.startswith("image/") and "svg" not in kind))
    if prefix := getattr(settings, "X_ACCEL_PREFIX", ""):
        response = HttpResponse(content_type=kind)
        response["X-Accel-Redirect"] = f"{prefix}{path}"
    else:
        response = FileResponse(default_storage.open(path, "rb"), content_type=kind)
    header = content_disposition_header(not inline, name or PurePosixPath(path).name)
    response["Content-Disposition"] = header or "inline"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
