"""One verified file from the network: retries with back-off, then the next address, and never a file half right."""

from __future__ import annotations

import hashlib
from pathlib import Path
from time import sleep
from urllib.parse import urlsplit

from recolab.data.sources import Download
from recolab.errors import DataUnavailable

TIMEOUT = (5.0, 30.0)  # seconds to connect, seconds of silence
ATTEMPTS = 3  # at each address
BACK_OFF = 1.0  # seconds before the second attempt; doubled before each further one


class _Failed(Exception):
    """An attempt that failed; `again` says whether the same address deserves another one."""

    def __init__(self, reason: str, *, again: bool) -> None:
        super().__init__(reason)
        self.again = again


def download(wanted: Download, folder: Path, *, attempts: int = ATTEMPTS) -> Path:
    """Fetches a file into a folder and checks its sha256.

    A certificate that is not valid, a page that is not there and wrong bytes move on to the next address at once;
    what may pass (no answer, a broken connection, an overloaded server) is tried again first.

    Args:
        wanted: what to fetch and where from.
        folder: where to; under a temporary name until the file is whole and right.
        attempts: how often each address is asked.

    Returns:
        The path of the verified file.

    Raises:
        DataUnavailable: no address gave the right bytes; the sentence names what each answered.
    """
    target = folder / wanted.file
    partial = folder / f"{wanted.file}.part"
    reasons = []
    for address in wanted.addresses:
        try:
            _persistently(address, wanted, partial, attempts)
            return partial.rename(target)
        except _Failed as failure:
            reasons.append(f"{urlsplit(address).netloc}: {failure}")
        finally:
            partial.unlink(missing_ok=True)
    mirror = "" if len(wanted.addresses) > 1 else " (there is no mirror)"
    raise DataUnavailable(
        f"{wanted.file} could not be downloaded{mirror}: {'; '.join(reasons)}. Try again later, or put the set's files "
        "into a folder and name it with RECOLAB_DATA."
    )


def sha256(file: Path) -> str:
    """The sha256 of a file, in hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _persistently(address: str, wanted: Download, partial: Path, attempts: int) -> None:
    for attempt in range(attempts):
        try:
            _once(address, wanted, partial)
            return
        except _Failed as failure:
            if not failure.again or attempt == attempts - 1:
                raise
            sleep(BACK_OFF * 2**attempt)


def _once(address: str, wanted: Download, partial: Path) -> None:
    _request(address, wanted, partial)
    size = partial.stat().st_size
    if size < wanted.size:
        raise _Failed(f"the file broke off after {size:,} of {wanted.size:,} bytes", again=True)
    if (found := sha256(partial)) != wanted.sha256:
        raise _Failed(f"wrong bytes, their sha256 is {found[:12]}… in place of {wanted.sha256[:12]}…", again=False)


def _request(address: str, wanted: Download, partial: Path) -> None:
    import pooch  # with requests and tqdm, a quarter of a second that only a download is worth
    from requests import exceptions
    from tqdm import tqdm

    progress = tqdm(desc=wanted.file, unit="B", unit_scale=True, total=wanted.size, leave=False)
    fetch = pooch.HTTPDownloader(progressbar=progress, chunk_size=1 << 16, timeout=TIMEOUT)
    try:
        fetch(address, str(partial), None)
    # requests' errors are OSErrors too, so they come first: what is left is the disk's fault.
    except exceptions.SSLError as error:
        raise _tls_failure(error) from error
    except exceptions.HTTPError as error:
        status = error.response.status_code
        raise _Failed(f"it answered {status}", again=status in (408, 429) or status >= 500) from error
    except exceptions.Timeout as error:
        raise _Failed("no answer in time", again=True) from error
    except exceptions.ConnectionError as error:
        raise _Failed("no connection", again=True) from error
    except exceptions.RequestException as error:
        raise _Failed(f"the transfer broke ({type(error).__name__})", again=True) from error
    finally:
        progress.close()


def _tls_failure(error: Exception) -> _Failed:
    # Trying again does not mend a certificate; the reason, such as "certificate has expired", is wrapped several deep.
    reason = str(error).partition("certificate verify failed: ")[2].partition(" (_ssl")[0]
    if reason:
        return _Failed(f"its certificate is not valid ({reason})", again=False)
    return _Failed("no secure connection", again=True)
