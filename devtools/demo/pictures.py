"""Drawn sample pictures, marked as such, for findings and rectifications of the demo."""

from functools import lru_cache
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

SIZE = (960, 720)


@lru_cache
def drawing(kind: int) -> bytes:
    """A corridor: with boxes in it (0), a locked door (1), a cable (2); cleared (3), with a sign (4)."""
    image = Image.new("RGB", SIZE, (226, 223, 214))
    pen = ImageDraw.Draw(image)
    pen.polygon([(0, 720), (330, 430), (630, 430), (960, 720)], fill=(176, 172, 160))
    pen.polygon([(0, 0), (330, 190), (630, 190), (960, 0)], fill=(240, 239, 234))
    pen.rectangle([330, 190, 630, 430], fill=(205, 201, 190))
    pen.rectangle([420, 230, 540, 430], fill=(122, 88, 62), outline=(80, 56, 38), width=4)
    if kind == 0:
        for x, y, s in ((180, 470, 170), (330, 500, 130), (560, 480, 190), (300, 400, 110)):
            pen.rectangle([x, y, x + s, y + s], fill=(196, 154, 98), outline=(130, 96, 54), width=5)
            pen.line([x, y + s // 2, x + s, y + s // 2], fill=(160, 120, 72), width=6)
    if kind == 1:
        pen.arc([440, 290, 520, 370], 180, 360, fill=(60, 60, 66), width=12)
        pen.rectangle([430, 330, 530, 400], fill=(196, 160, 52), outline=(120, 96, 30), width=4)
    if kind == 2:
        pen.line(
            [(40, 120), (220, 260), (380, 180), (560, 300), (760, 160), (930, 250)],
            fill=(40, 40, 44),
            width=10,
        )
        pen.rectangle([700, 420, 860, 500], fill=(235, 235, 235), outline=(90, 90, 96), width=5)
    if kind >= 3:
        pen.rectangle([400, 140, 560, 190], fill=(24, 140, 84))
        pen.polygon([(520, 165), (490, 148), (490, 182)], fill=(255, 255, 255))
    if kind == 4:
        pen.rectangle([700, 430, 760, 560], fill=(196, 40, 36))
    pen.rectangle([0, 680, 960, 720], fill=(40, 44, 52))
    pen.text((20, 690), "SAMPLE / DEMO", fill=(240, 240, 240), font_size=22)
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def picture(kind: int) -> SimpleUploadedFile:
    """A fresh upload of one drawing."""
    return SimpleUploadedFile(f"sample-{kind}.jpg", drawing(kind), content_type="image/jpeg")
