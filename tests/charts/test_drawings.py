"""The drawing of a model, and cards of films."""

from __future__ import annotations

import itertools
import re
import zlib
from xml.etree import ElementTree

import pandas as pd
import pytest

import recolab as rl
from recolab.backend import keras
from recolab.errors import RecoLabError

FILMS = pd.DataFrame(
    {"rank": [1, 2], "item_id": [7, 9], "title": ["Tea & <Biscuits> (1994)", "No Year"], "score": [4.5, 3.25]}
)
OUTSIDE = re.compile(r"""(?:href|src)=(?!["']data:)|url\(""")


def texts(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("text")]


def test_every_layer_stands_in_the_drawing_with_shape_and_parameters():
    model = rl.models.BiasedMF(rl.models.Sizes(943, 1682, mean=3.5))
    drawn = texts(rl.charts.architecture(model).svg)
    assert {layer.name for layer in model.layers} <= set(drawn)
    assert {"37,720 parameters", "67,280 parameters", "943 parameters", "1,682 parameters"} <= set(drawn)
    assert "107,625 parameters in all" in drawn
    assert any("(None, 40)" in line for line in drawn)


def test_boxes_of_one_level_do_not_overlap():
    model = rl.models.BiasedMF(rl.models.Sizes(943, 1682, mean=3.5))
    root = ElementTree.fromstring(rl.charts.architecture(model).svg)
    boxes = [node.attrib for node in root.iter() if node.tag.endswith("rect")]
    assert len(boxes) == len(model.layers)
    by_level: dict[str, list[tuple[float, float]]] = {}
    for box in boxes:
        by_level.setdefault(box["y"], []).append((float(box["x"]), float(box["x"]) + float(box["width"])))
    for level in by_level.values():
        level.sort()
        assert all(left[1] < right[0] for left, right in itertools.pairwise(level))
    assert max(len(level) for level in by_level.values()) == 4  # the four tables


def test_a_layer_called_twice_is_counted_once():
    row = keras.Input((3,))
    shared = keras.layers.Dense(3, name="shared")
    drawn = texts(rl.charts.architecture(keras.Model(row, shared(shared(row)))).svg)
    assert drawn.count("shared") == 2
    assert "12 parameters in all" in drawn
    assert "the same parameters again" in drawn


def test_what_training_leaves_alone_is_counted_apart():
    row = keras.Input((3,))
    drawn = texts(rl.charts.architecture(keras.Model(row, keras.layers.BatchNormalization()(row))).svg)
    assert "6 parameters + 6 fixed" in drawn
    assert "6 parameters + 6 fixed in all" in drawn


def test_names_are_escaped_and_the_file_is_svg(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, name="a<b&c")])
    path = rl.charts.architecture(model).save(tmp_path / "model.svg")
    assert "a<b&c" in texts(path.read_text(encoding="utf-8"))
    with pytest.raises(RecoLabError, match=r"ends in \.svg, but received 'model.png'"):
        rl.charts.architecture(model).save(tmp_path / "model.png")


def test_a_model_that_only_python_can_follow_is_refused():
    class Own(keras.Model):
        pass

    with pytest.raises(RecoLabError, match="Own is a subclass"):
        rl.charts.architecture(Own())
    with pytest.raises(RecoLabError, match="no shapes yet"):
        rl.charts.architecture(keras.Sequential([keras.layers.Dense(1)]))
    with pytest.raises(RecoLabError, match="value of type str"):
        rl.charts.architecture("model")


def test_cards_without_posters_are_drawn_and_ask_nothing_of_the_network():
    html = rl.charts.cards(FILMS).html
    assert html.count("<svg") == 2
    assert "Tea &amp; &lt;Biscuits&gt; (1994)" in html
    assert "<Biscuits>" not in html
    assert "score 4.50" in html
    assert not OUTSIDE.search(html)
    for svg in re.findall(r"<svg.*?</svg>", html):
        ElementTree.fromstring(svg)


def test_a_poster_becomes_part_of_the_page(tmp_path):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = chunk(b"IHDR", (1).to_bytes(4) * 2 + bytes([8, 0, 0, 0, 0]))
    png = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    (tmp_path / "9.png").write_bytes(png)
    html = rl.charts.cards(FILMS, posters=tmp_path).html
    assert html.count("<svg") == 1
    assert 'alt="Poster of No Year" src="data:image/png;base64,' in html
    assert not OUTSIDE.search(html)


def test_a_film_has_the_same_card_everywhere():
    assert rl.charts.cards(FILMS.head(1)).html == rl.charts.cards(FILMS.iloc[:1].copy()).html
    assert rl.charts.cards(FILMS.head(1)).html != rl.charts.cards(FILMS.head(1).assign(item_id=8)).html


def test_several_users_have_a_row_each():
    table = pd.concat([FILMS.assign(user_id="ann"), FILMS.assign(user_id="bob")])
    html = rl.charts.cards(table).html
    assert html.count('role="list"') == 2
    assert html.index("User ann") < html.index("User bob")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (FILMS.drop(columns="title"), "lacks title"),
        (FILMS.head(0), "the table has 0 rows"),
        (pd.concat([FILMS] * 31), "between 1 and 60 items, but the table has 62 rows"),
        ([1, 2], "received a value of type list"),
    ],
)
def test_what_makes_no_cards_is_refused(table, message):
    with pytest.raises(RecoLabError, match=message):
        rl.charts.cards(table)


def test_posters_that_cannot_be_used_are_refused(tmp_path):
    with pytest.raises(RecoLabError, match="there is no folder"):
        rl.charts.cards(FILMS, posters=tmp_path / "nowhere")
    (tmp_path / "7.jpg").write_bytes(bytes(400_000))
    with pytest.raises(RecoLabError, match=r"7.jpg has 400 kB .* smaller than 300 kB"):
        rl.charts.cards(FILMS, posters=tmp_path)
