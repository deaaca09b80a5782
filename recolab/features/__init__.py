"""Tables become the integer arrays a model reads, checked on the way."""

from recolab.features.inputs import check_codes, code_limits, inputs, target
from recolab.features.tables import embedding_tables, fed_by, inputs_of

__all__ = ["inputs", "target", "check_codes", "code_limits", "embedding_tables", "inputs_of", "fed_by"]
