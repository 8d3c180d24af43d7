"""The control team's work: compliance counted, the ladder of measures, its letters."""
