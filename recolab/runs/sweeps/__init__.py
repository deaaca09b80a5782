"""Many runs: what there is to do, where it is done, and how far that is."""
