"""Where measured rows come from, in plain values."""

from __future__ import annotations

import pandas as pd

from recolab.evaluate.report import Plain


def origin(frame: pd.DataFrame) -> dict[str, Plain]:
    """Data, split, part and number of the rows of a table, as its `attrs` tell them; cold rows are counted."""
    attrs = frame.attrs
    if "split" not in attrs:
        return {"data": f"a table of {len(frame):,} rows without a recorded split", "rows": len(frame)}
    part = attrs["part"]
    if len(frame) != attrs["rows"]:
        part = f"a selection of the {attrs['rows']:,} {part} rows"
    protocol: dict[str, Plain] = {
        "data": attrs["data"],
        "split": attrs["split"],
        "part": part,
        "refitted": attrs["refitted"],
        "rows": len(frame),
    }
    if "cold" in frame:
        protocol["cold_rows"] = int(frame["cold"].sum())
    return protocol
