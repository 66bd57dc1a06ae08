"""What an uploaded file must pass: its bytes against what was said of them."""

import io
import zipfile
from hashlib import sha256
from uuid import uuid4

import pytest

from shared.core.errors import Unavailable
from shared.files import FileToCheck
from shared.files.checking import CHECKS, check


def zipped(*names):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


SAMPLES = {
    "png": bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806"),
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0\1" + bytes(40),
    "gif": b"GIF89a" + bytes(40),
    "webp": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40),
    "pdf": b"%PDF-1.7\n" + b"x" * 40,
    "exe": b"MZ" + bytes(200),
    "html": b"<!DOCTYPE html><html><script>alert(1)</script>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "text": b"BM is a company, and this a text.",
    "wide text": "Grüße".encode("utf-16"),
    "docx": zipped("[Content_Types].xml", "word/document.xml"),
    "zip": zipped("a.txt"),
    "mp4": b"\0\0\0\x20ftypisom\0\0\2\0isomiso2" + bytes(20),
}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FITS = [
    ("png", "image/png"),
    ("jpeg", "image/jpeg"),
    ("jpeg", "image/jpg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("pdf", "application/pdf"),
    ("text", "text/plain"),
    ("wide text", "text/csv"),
    ("html", "text/html"),
    ("svg", "image/svg+xml"),
    ("docx", DOCX),
    ("zip", DOCX),
    ("docx", "application/zip"),
    ("zip", "application/x-zip-compressed"),
    ("mp4", "video/quicktime"),
    ("exe", "application/octet-stream"),
    ("text", "application/json"),
]
CONTRADICTS = [
    ("html", "image/png"),
    ("svg", "image/png"),
    ("svg", "image/jpeg"),
    ("jpeg", "image/png"),
    ("exe", "application/pdf"),
    ("exe", "text/plain"),
    ("png", "text/csv"),
    ("text", "application/zip"),
    ("html", "image/gif"),
    ("pdf", "image/webp"),
    ("html", "image/avif"),
]


def announced(content, **given):
    values = {"name": "a", "object_name": "a/b", "content_type": "text/plain"}
    return FileToCheck(**{"id": uuid4(), "size": len(content), **values, **given})


@pytest.mark.parametrize(("sample", "content_type"), FITS)
def test_a_file_passes_that_is_what_it_was_called(sample, content_type):
    content = SAMPLES[sample]

    assert check(announced(content, content_type=content_type), content) is None


@pytest.mark.parametrize(("sample", "content_type"), CONTRADICTS)
def test_a_file_is_refused_that_is_something_else(sample, content_type):
    content = SAMPLES[sample]

    refused = check(announced(content, content_type=content_type), content)

    assert refused == "wrong-type"


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"size": 4}, "wrong-size"),
        ({"size": 6}, "wrong-size"),
        ({"sha256": "0" * 64}, "wrong-checksum"),
        ({"sha256": sha256(b"hello").hexdigest()}, None),
        ({}, None),
    ],
)
def test_bytes_are_counted_and_summed(given, problem):
    assert check(announced(b"hello", **given), b"hello") == problem


def test_a_scan_is_one_more_check_and_the_last_one():
    seen = []

    def scan(file, content):
        seen.append(content)
        return "virus" if b"EICAR" in content else None

    def away(file, content):
        raise Unavailable

    checks = [*CHECKS, scan]
    assert check(announced(b"EICAR"), b"EICAR", checks) == "virus"
    assert check(announced(b"clean"), b"clean", checks) is None
    assert check(announced(b"EICAR", size=1), b"EICAR", checks) == "wrong-size"
    assert seen == [b"EICAR", b"clean"]
    with pytest.raises(Unavailable):
        check(announced(b"clean"), b"clean", [*CHECKS, away])
