"""One GET at a time, whole or not at all, from one host.

On the standard library's `http.client`, because everything that matters here is what it does not
do: follow a redirect to another host, unpack a compressed body, use a proxy from the environment,
or take a body that ended early for a whole one. TLS certificates are always verified. A connection
that fails, a body that breaks off and an answer of 5xx are tried again after a pause; nothing else.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from qingyu.engine import disk
from qingyu.errors import InputError
from qingyu.i18n import T, Text

_CHUNK = 1 << 16
_HOPS = 5  # redirects within the host
_MOVED = (301, 302, 303, 307, 308)
_DENIED = (401, 403)
_LONGEST_PAUSE = 30.0  # seconds


@dataclass(frozen=True)
class Answer:
    """status: 200, 204 or 304; size: bytes of the body, which is in the file asked for."""

    status: int
    size: int
    etag: str | None


class _AgainError(Exception):
    """Worth another try; `words` say why."""

    def __init__(self, words: Text) -> None:
        self.words = words


class Client:
    """Asks one feed's host. `most` bytes and `patience` seconds are for all its requests."""

    def __init__(
        self,
        whose: str,
        token: str | None,
        *,
        timeout: int,
        retries: int,
        patience: int,
        most: int,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._whose, self._token = whose, token
        self._timeout, self._retries, self._pause = timeout, retries, pause
        self._end = time.monotonic() + patience
        self._left = most
        self._most = most

    def get(self, url: str, path: Path, etag: str | None = None) -> Answer:
        """The answer, its body in `path`. `InputError` if there is none to be had."""
        for attempt in range(self._retries + 1):
            try:
                answer = self._follow(url, path, etag)
            except _AgainError as failure:
                words = failure.words
            except ssl.SSLCertVerificationError as error:
                raise self._refused(
                    T("a certificate that is not trusted ({words})", words=error.verify_message),
                    T("a host that proves who it is"),
                    T("Install the authority's certificate on this machine; it is never skipped."),
                ) from None
            except (OSError, http.client.HTTPException) as error:
                words = T("a connection that failed ({words})", words=_kind(error))
            else:
                self._left -= answer.size
                return answer
            if attempt < self._retries:
                self._pause(min(_LONGEST_PAUSE, self._seconds_left(), 2.0**attempt))
        raise self._refused(
            words,
            T("an answer within {count} tries", count=self._retries + 1),
            T("Ask the department whether its service runs; the next run asks again."),
        )

    def _follow(self, url: str, path: Path, etag: str | None) -> Answer:
        origin = _origin(urlsplit(url))
        for _ in range(_HOPS + 1):
            moved, answer = self._once(url, path, etag)
            if answer is not None:
                return answer
            url = _target(url, moved or "")
            if _origin(urlsplit(url)) != origin:
                raise self._refused(
                    T("a redirect to another host"),
                    T("an answer of the host that was asked"),
                    T("If the service has moved, write its new address into connectors.yaml."),
                )
        raise self._refused(
            T("more than {count} redirects", count=_HOPS),
            T("an answer"),
            T("Ask the department for the address that answers."),
        )

    def _once(self, url: str, path: Path, etag: str | None) -> tuple[str | None, Answer | None]:
        """Where the answer says that it has moved to, or the answer."""
        parts = urlsplit(url)
        with closing(self._connection(parts)) as connection:
            target = parts.path or "/"
            target += f"?{parts.query}" if parts.query else ""
            connection.request("GET", target, headers=self._headers(etag))
            with connection.getresponse() as response:
                if response.status in _MOVED and response.headers.get("Location"):
                    return response.headers["Location"], None
                self._must_be_good(response, etag)
                size = self._body(response, path) if response.status == http.HTTPStatus.OK else 0
                return None, Answer(response.status, size, response.headers.get("ETag"))

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        seconds = min(float(self._timeout), self._seconds_left())
        host = parts.hostname or ""
        if parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context)
        return http.client.HTTPConnection(host, parts.port, timeout=seconds)

    def _headers(self, etag: str | None) -> dict[str, str]:
        found = {"Accept-Encoding": "identity", "Connection": "close", "User-Agent": "qingyu"}
        if self._token is not None:
            found["Authorization"] = f"Bearer {self._token}"
        if etag is not None:
            found["If-None-Match"] = etag
        return found

    def _must_be_good(self, response: http.client.HTTPResponse, etag: str | None) -> None:
        status = response.status
        if status in (200, 204) or (status == 304 and etag is not None):
            return
        if status >= 500:
            raise _AgainError(T("the answer {status}", status=status))
        if status in _DENIED:
            remedy = T("Ask the department for a token that is valid, and check `token`.")
        else:
            remedy = T("Check the address in connectors.yaml with the department.")
        raise self._refused(T("the answer {status}", status=status), T("the answer 200"), remedy)

    def _body(self, response: http.client.HTTPResponse, path: Path) -> int:
        """Write the body; gives its size. An end that nothing announces is no end."""
        coding = response.headers.get("Content-Encoding", "identity")
        length = response.length  # None if the body comes in chunks, or its end is not told
        if coding.lower() != "identity" or (length is None and not response.chunked):
            raise self._refused(
                T("a body whose size cannot be told"),
                T("a plain body with Content-Length, or in chunks"),
                T("Ask the department to send it so."),
            )
        if length is not None and length > self._left:
            raise self._too_large()
        size = 0
        with disk.NewFile(path) as file:
            while length is None or size < length:
                piece = response.read1(_CHUNK)
                if not piece:
                    break
                size += len(piece)
                if size > self._left:
                    raise self._too_large()
                self._seconds_left()
                file.write(piece)
        if length is not None and size != length:
            raise _AgainError(T("a body that broke off after {size} bytes", size=size))
        return size

    def _seconds_left(self) -> float:
        left = self._end - time.monotonic()
        if left <= 0:
            raise self._refused(
                T("answers that take too long"),
                T("all of them within `patience`"),
                T("Ask for fewer days, or raise `patience` in connectors.yaml."),
            )
        return left

    def _too_large(self) -> InputError:
        return self._refused(
            T("more than {size} bytes", size=self._most),
            T("at most `most_bytes` for all pages"),
            T("Ask for fewer days, or raise `most_bytes` in connectors.yaml."),
        )

    def _refused(self, found: Text, expected: Text, remedy: Text) -> InputError:
        return InputError(self._whose, found, expected, remedy)


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or usual


def _target(url: str, moved: str) -> str:
    """Where a redirect leads; nowhere, if it is no address."""
    try:
        target = urljoin(url, moved)
        _origin(urlsplit(target))
    except ValueError:
        return ""
    return target if all("!" <= letter <= "~" for letter in target) else ""


def _kind(error: BaseException) -> str:
    """What failed, without what the other side sent."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
