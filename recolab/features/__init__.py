"""Tables become the integer arrays a model reads, checked on the way."""

from recolab.features.inputs import check_codes, code_limits, input_names, inputs, target

__all__ = ["check_codes", "code_limits", "input_names", "inputs", "target"]
