"""The shells: readers of files, the command line and the Prefect flows."""
