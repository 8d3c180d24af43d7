"""The stand-alone verifier of a sealed log: this folder, Python and `cryptography` are all that it takes.

It imports nothing of the program that wrote the log, and computes every hash by itself.
"""
