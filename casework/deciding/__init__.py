"""From rows that were taken in to what is applied: find whom they meet, rule, carry out, foresee."""
