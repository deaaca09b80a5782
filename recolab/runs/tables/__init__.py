"""What comes out of recorded runs: means, leaderboards, comparisons, and whether a run comes out again."""
