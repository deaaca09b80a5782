"""TensorFlow and Keras, imported once and quietly; every room takes them from here."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Point the stderr of the process elsewhere: TensorFlow writes to the descriptor, past Python and every setting."""
    sys.stderr.flush()
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

with _quiet_stderr():
    import keras
    import tensorflow as tf

    tf.config.list_logical_devices()  # the search for a GPU complains on machines that have none
    tf.function(lambda: tf.constant(1) + 1, jit_compile=True)()  # the first compilation announces itself

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"RecoLab trains with TensorFlow, but Keras runs on {keras.backend.backend()!r} here: set the environment "
        "variable KERAS_BACKEND=tensorflow before Python starts."
    )

__all__ = ["keras", "tf"]
