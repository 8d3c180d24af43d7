"""What senders bring and what they get back: files understood row by row, held, answered."""
