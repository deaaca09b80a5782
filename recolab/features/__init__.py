"""Tables become the integer arrays a model reads, checked on the way; matrices of users × items become tables."""

from recolab.features.click_protocols import ClickTask, click_task
from recolab.features.clicks import clicks
from recolab.features.fields import Fields
from recolab.features.inputs import check_codes, code_limits, inputs, target
from recolab.features.interactions import long_table, user_item_matrix
from recolab.features.row_fields import with_fields
from recolab.features.sampled_clicks import sampled_clicks
from recolab.features.tables import embedding_tables, fed_by, fields_of, inputs_of

__all__ = [
    "Fields",
    "inputs",
    "target",
    "clicks",
    "sampled_clicks",
    "with_fields",
    "click_task",
    "ClickTask",
    "user_item_matrix",
    "long_table",
    "check_codes",
    "code_limits",
    "embedding_tables",
    "inputs_of",
    "fed_by",
    "fields_of",
]
