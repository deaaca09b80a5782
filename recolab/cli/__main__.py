"""`python -m recolab.cli`, the same as the command `recolab`."""

from recolab.cli import app

app()
