"""The use cases: each tells one whole way from the gathered inputs to the applied outcome."""
