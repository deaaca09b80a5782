"""RecoLab: deep recommender systems that work, as a course and as the small package its notebooks import.

The rooms are loaded when first asked for, so that `import recolab` takes no time:

    >>> import recolab as rl
    >>> ratings = rl.load("synthetic")
    >>> split = rl.split.by_user(ratings, test=0.2, valid=0.1, seed=0)
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recolab import charts, data, evaluate, features, layers, metrics, models, recommend, runs, split, training
    from recolab.data import Ratings, load
    from recolab.errors import RecoLabError
    from recolab.models import load_model
    from recolab.training import fit

__version__ = "0.4.0"

# TensorFlow reads this when it is imported, by a room or by the reader's own `import keras`. With oneDNN, a step of a
# network now and then adds up in another order when the machine is busy: the same seed, and other last digits.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

_ROOMS = (
    "data",
    "split",
    "features",
    "layers",
    "models",
    "training",
    "metrics",
    "evaluate",
    "recommend",
    "charts",
    "runs",
)
_NAMES = {
    "load": "recolab.data",
    "Ratings": "recolab.data",
    "fit": "recolab.training",
    "load_model": "recolab.models",
    "RecoLabError": "recolab.errors",
}

__all__ = [
    "load",
    "Ratings",
    "fit",
    "load_model",
    "RecoLabError",
    "data",
    "split",
    "features",
    "layers",
    "models",
    "training",
    "metrics",
    "evaluate",
    "recommend",
    "charts",
    "runs",
]


def __getattr__(name: str) -> Any:
    if name in _ROOMS:
        return import_module(f"recolab.{name}")
    if name in _NAMES:
        value = getattr(import_module(_NAMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'recolab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
