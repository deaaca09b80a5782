"""Training: one compiled loop an epoch, negatives drawn inside it, Keras callbacks at its edges; recipes of papers."""

from recolab.training.fitting import fit
from recolab.training.negatives import Negatives
from recolab.training.pretraining import pretrain

__all__ = ["fit", "Negatives", "pretrain"]
