"""The reviewers' work: who they are, what waits for them, what they see, say, ask and take back."""
