"""Training: one compiled loop an epoch, Keras callbacks at its edges."""

from recolab.training.fitting import fit

__all__ = ["fit"]
