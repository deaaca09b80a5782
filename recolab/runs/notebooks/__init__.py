"""One notebook, run again with other parameters."""
