"""The model of the register: shown, learnt, its keys and thresholds weighed before they are paid for."""
