"""Supabase Storage: addresses that it signs, and the bytes behind them.

Plain HTTP over the client that functions have anyway: Storage's own would double what a
cold start imports.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import quote

import httpx
from typing_extensions import override

from shared.core.errors import AppError, TooMany, Unavailable
from shared.core.settings import WorkerSettings

from .transport import connections

BUCKET = "attachments"
DOWNLOAD_SECONDS = 60
TIMEOUT_SECONDS = 20.0


class SignedAddresses(Protocol):
    """Addresses for the caller. Every method may raise `Unavailable` and `TooMany`."""

    def upload(self, object_name: str) -> str | None:
        """Return where to upload, once; None when the caller may not, or has."""
        ...

    def download(self, object_name: str, save_as: str | None) -> str | None:
        """Return where to download for a minute; None when the caller may not.

        Args:
            object_name: of the file in the bucket.
            save_as: the name under which browsers save it; None lets them show it.
        """
        ...


class StorageAddresses(SignedAddresses):
    """`SignedAddresses` with the caller's token, so that Storage's policies decide."""

    def __init__(self, url: str, key: str, token: str) -> None:
        self._base = f"{url.rstrip('/')}/storage/v1"
        self._headers = {"apikey": key, "Authorization": f"Bearer {token}"}

    @override
    def upload(self, object_name: str) -> str | None:
        return self._sign(f"/object/upload/sign/{BUCKET}/{object_name}", {}, "url")

    @override
    def download(self, object_name: str, save_as: str | None) -> str | None:
        body = {"expiresIn": DOWNLOAD_SECONDS}
        url = self._sign(f"/object/sign/{BUCKET}/{object_name}", body, "signedURL")
        if url is None or save_as is None:
            return url
        return f"{url}&download={quote(save_as, safe='')}"

    def _sign(self, path: str, body: dict[str, Any], member: str) -> str | None:
        try:
            answer = connections().post(
                f"{self._base}{path}", json=body, headers=self._headers
            )
        except httpx.TransportError as error:
            raise Unavailable from error
        if answer.is_success:
            return f"{self._base}{answer.json()[member]}"
        refuse_outage(answer)
        return None


class FileGone(Exception):
    """Storage has no such file."""


class StoredFiles(Protocol):
    """The bytes in the bucket. Every method may raise `Unavailable`."""

    def read(self, object_name: str, at_most: int) -> bytes:
        """Return the bytes of a file, at most so many and one; raise `FileGone`."""
        ...

    def remove(self, object_names: Sequence[str]) -> None:
        """Remove files; names that are gone already do no harm."""
        ...


class BucketFiles(StoredFiles):
    """`StoredFiles` with the secret key, read again at every call."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    @override
    def read(self, object_name: str, at_most: int) -> bytes:
        content = bytearray()
        path = f"/object/authenticated/{BUCKET}/{object_name}"
        try:
            url, headers = self._to(path)
            with self._client.stream("GET", url, headers=headers) as answer:
                if not answer.is_success:
                    answer.read()
                    refuse_outage(answer)
                    raise FileGone
                for chunk in answer.iter_bytes():
                    content += chunk
                    if len(content) > at_most:
                        break
        except httpx.TransportError as error:
            raise Unavailable from error
        return bytes(content[: at_most + 1])

    @override
    def remove(self, object_names: Sequence[str]) -> None:
        body = {"prefixes": list(object_names)}
        url, headers = self._to(f"/object/{BUCKET}")
        try:
            answer = self._client.request("DELETE", url, json=body, headers=headers)
        except httpx.TransportError as error:
            raise Unavailable from error
        if not answer.is_success:
            refuse_outage(answer)
            raise Unavailable

    def _to(self, path: str) -> tuple[str, dict[str, str]]:
        settings = WorkerSettings.read()
        base = f"{str(settings.url).rstrip('/')}/storage/v1"
        return f"{base}{path}", {"apikey": settings.secret_key.get_secret_value()}


def open_files() -> BucketFiles:
    """Open the bucket with the secret key: for workers alone."""
    return BucketFiles(httpx.Client(timeout=TIMEOUT_SECONDS))


def refuse_outage(answer: httpx.Response) -> None:
    """Let pass what Storage refuses by its rules; HTTP says 400 for nearly all of it.

    Raises:
        Unavailable: Storage, or what stands before it, is not there.
        TooMany: it takes no more for now.
        AppError: anything else, which is a mistake of ours or of the set-up.
    """
    if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable
    if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise TooMany
    try:
        problem = answer.json()
        status, error = str(problem["statusCode"]), str(problem["error"])
    except (ValueError, KeyError, TypeError):
        status, error = str(answer.status_code), ""
    if status in ("403", "409") or error == "not_found":
        return
    surprise = AppError()
    surprise.add_note(f"Storage {status} {error}")
    raise surprise
