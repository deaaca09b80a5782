"""Charts: every picture the course shows, in one look that is readable on light and on dark pages."""

from recolab.charts.card_row import Cards, cards
from recolab.charts.curves import history
from recolab.charts.drawing import Architecture, architecture
from recolab.charts.embedding import embedding_map
from recolab.charts.heat_map import heat_map
from recolab.charts.leaderboard import intervals, quality_by_time
from recolab.charts.popularity import error_by_popularity
from recolab.charts.ratings import activity, long_tail, rating_histogram
from recolab.charts.reliability import reliability
from recolab.charts.theme import use_theme

__all__ = [
    "history",
    "rating_histogram",
    "long_tail",
    "activity",
    "embedding_map",
    "error_by_popularity",
    "heat_map",
    "reliability",
    "intervals",
    "quality_by_time",
    "architecture",
    "Architecture",
    "cards",
    "Cards",
    "use_theme",
]
