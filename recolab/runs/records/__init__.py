"""What is kept of a run: one file each, with all that its numbers depend on, and how they are found again."""
