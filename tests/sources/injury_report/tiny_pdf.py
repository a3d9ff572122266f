"""A PDF writer of a few lines: texts at places on pages, in Helvetica."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

Text = tuple[float, float, str]
"""Points from the left and from the upper edge, and what stands there."""

WIDTH, HEIGHT, SIZE = 842, 595, 10


def tiny_pdf(pages: Sequence[Sequence[Text]], *, packed: bool = True) -> bytes:
    """The bytes of a document with these pages."""
    numbers = [4 + 2 * number for number in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    }
    for number, texts in zip(numbers, pages, strict=True):
        objects[number] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {number + 1} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>"
        ).encode()
        objects[number + 1] = _stream("\n".join(map(_shown, texts)).encode("latin-1"), packed)
    return _file(objects)


def _shown(text: Text) -> str:
    left, top, words = text
    escaped = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F1 {SIZE} Tf {left} {HEIGHT - top - SIZE} Td ({escaped}) Tj ET"


def _stream(content: bytes, packed: bool) -> bytes:
    body = zlib.compress(content) if packed else content
    way = " /Filter /FlateDecode" if packed else ""
    return f"<< /Length {len(body)}{way} >>\nstream\n".encode() + body + b"\nendstream"


def _file(objects: dict[int, bytes]) -> bytes:
    out = b"%PDF-1.4\n"
    places = []
    for number, content in sorted(objects.items()):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + trailer.encode()
