"""Other linkage programs on the same rows, each set up as well as we can: what our own is measured against."""
