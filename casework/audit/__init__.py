"""What can be proved afterwards: the log sealed and witnessed, decisions made again, every promise checked."""
