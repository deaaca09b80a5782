"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from recolab.errors import RecoLabError


def write_whole(target: Path, content: str | bytes) -> None:
    """Write `content` beside `target`, then move it there: a reader sees the old file or the new one, never a part.

    Folders that are missing are made. It is on disk before the move, so a crash leaves no empty file either.

    Raises:
        RecoLabError: the file cannot be written; an older one is as it was.
    """
    beside = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(beside, 0o644)  # mkstemp lets nobody else read
        os.replace(beside, target)
    except OSError as error:
        raise RecoLabError(
            f"{target} cannot be written: {error.strerror}. Make room, or name another place."
        ) from error
    finally:
        if beside is not None:
            Path(beside).unlink(missing_ok=True)  # gone already when the move succeeded
