"""Models come back from disk without running anybody's code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import recolab.layers  # noqa: F401 – registers our layers with Keras
from recolab.backend import keras
from recolab.errors import RecoLabError


def load_model(path: str | Path) -> Any:
    """Load a `.keras` file that `model.save(path)` wrote, in Keras' safe mode, layers of RecoLab included.

    Raises:
        RecoLabError: there is no such file.
    """
    if not Path(path).is_file():
        raise RecoLabError(f"There is no saved model at {str(path)!r}: give the file that model.save(...) wrote.")
    return keras.saving.load_model(path, safe_mode=True)
