"""How well a model ranks the held-out items of a split among others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recolab.evaluate.intervals import bootstrap
from recolab.evaluate.ranking_task import Candidates, RankingTask
from recolab.evaluate.report import Report
from recolab.split import Split


def rankings(
    model: Any,
    split: Split,
    *,
    part: str = "test",
    k: int = 10,
    candidates: Candidates = "all",
    mask_seen: bool = True,
    relevant: float | None = None,
    seed: int = 0,
    per_user: bool = False,
) -> Report:
    """Metrics of ranked lists: where does the model rank what users turned to later?

    Every user's candidates are put in the order of the model's scores; the user's held-out items are to be found among
    them. The metrics are those of `recolab.metrics`, means over the users: `hr@k`, `precision@k`, `recall@k`, `ndcg@k`,
    `map@k`, `mrr@k`, `auc` (over all candidates; leaves out users without a candidate that is not to be found) and
    `popularity@k`; and `coverage@k`, the share of the catalogue in all lists together. Means come with 95 % intervals
    from 1,000 bootstrap samples of the users, which say nothing of other seeds or splits.

    Candidates with equal scores come in random order, drawn for each user and item from `seed`. So a model that scores
    all items alike gets what guessing gets, and not the order of the catalogue. In `auc` a tie counts half.

    Figures against sampled candidates are not those against the whole catalogue, nor do they keep the order of models
    (Krichene & Rendle 2020).

    Args:
        model: anything `recolab.models.scores` can ask: a Keras model with the inputs `user` and `item`, a baseline, or
            an object with `scores(user_codes)` or `predict`.
        split: what the model was trained on.
        part: `"test"` or `"valid"`, whose rows are held out.
        k: length of the lists.
        candidates: what is ranked for each user:

            - `"all"`: the whole catalogue;
            - a number: as many items the user never rated, drawn from `seed`, the same for every model, beside the
              held-out ones. For `part="valid"` the draw knows nothing of the test: it may hold test items;
            - `"published"`: the candidates that came with the split;
            - a table with the columns `user_id` and `item_id` (or the codes `user` and `item`): every candidate once,
              the held-out items among them.
        mask_seen: whether to leave out what the user rated before, in training and, for the test, in validation. A
            held-out item is never left out.
        relevant: the lowest rating of a held-out row that counts; None counts all.
        seed: of the order of equal scores, of sampled candidates and of the bootstrap samples.
        per_user: whether to keep the table of the users as `report.users`: one row a user with `user_id`, the numbers
            of `relevant` held-out items and of `candidates`, and each metric.

    Raises:
        RecoLabError: an empty part, k out of range, a threshold that no row reaches, candidates that cannot be drawn or
            are not one clean list a user (see `candidates`), or scores that are not finite.
    """
    task = RankingTask.of(
        split, part=part, k=k, candidates=candidates, mask_seen=mask_seen, relevant=relevant, seed=seed
    )
    values, coverage = task.measure(model)
    users = pd.DataFrame({"user_id": split.ratings.users["user_id"].to_numpy()[task.users], **values})
    names = [name for name in values if name not in ("relevant", "candidates")]
    low, high = bootstrap(users[names].to_numpy(np.float64), seed=seed)
    return Report(
        {name: float(users[name].mean()) for name in names} | {f"coverage@{task.k}": coverage},
        task.protocol,
        intervals={name: (float(low[at]), float(high[at])) for at, name in enumerate(names)},
        users=users if per_user else None,
    )
